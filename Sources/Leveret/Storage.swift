import LeveretCore
import LeveretJournal

/// What a broker starts from: a journal, or nothing.
struct Storage {
    let journal: (any JournalStore)?
    let recovered: RecoveredState

    static func open(_ configuration: BrokerConfiguration) throws -> Storage {
        guard case .directory(let path) = configuration.storage else {
            return Storage(journal: nil, recovered: RecoveredState())
        }
        do {
            let journal = try SQLiteJournal(
                directory: path,
                durability: Durability(configuration.durability)
            )
            do {
                return Storage(journal: journal, recovered: try journal.recover())
            } catch {
                journal.close()
                throw error
            }
        } catch {
            throw BrokerError(.dataDirectory, "\(error)")
        }
    }
}

extension Durability {
    fileprivate init(_ durability: BrokerConfiguration.Durability) {
        switch durability {
        case .full: self = .full
        case .normal: self = .normal
        case .off: self = .off
        }
    }
}
