import LeveretCore

extension JournalFailure {
    /// A failure after which the store must not be used any more.
    init(permanent text: String) {
        self.init(isRetryable: false, text: text)
    }

    /// A row, or the whole file, does not hold what was written.
    static func damaged(_ damage: Damage, in directory: DataDirectory) -> JournalFailure {
        JournalFailure(
            permanent: "\(directory.database) is damaged: \(damage.text): "
                + "run `leveret check \(directory.path)` and restore a backup"
        )
    }

    /// What an error of SQLite means to the operator.
    static func from(_ error: SQLiteError, while action: String, in directory: DataDirectory) -> JournalFailure {
        let database = directory.database
        if error.isDamage {
            return .damaged(Damage(whole: error.text), in: directory)
        }
        if error.isBusy {
            return JournalFailure(permanent: "another program has \(database) open: close it and start again")
        }
        let advice = error.isOutOfSpace ? "make room on the disk" : "check the disk, then start again"
        return JournalFailure(permanent: "cannot \(action) \(database): \(error.text): \(advice)")
    }

    /// The disk is full, and nothing of the batch was kept.
    static func outOfSpace(_ error: SQLiteError, in directory: DataDirectory) -> JournalFailure {
        JournalFailure(
            isRetryable: true,
            text: "cannot write \(directory.database): \(error.text): make room on the disk"
        )
    }
}

/// Bytes in the database that are not what was written.
struct Damage: Error {
    /// Where and what: `table segment, row 7: the content does not match its checksum`.
    var text: String

    init(table: String, row: String, _ what: String) {
        text = "table \(table), row \(row): \(what)"
    }

    init(whole text: String) { self.text = text }
}
