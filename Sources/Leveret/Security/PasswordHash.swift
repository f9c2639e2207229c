import Crypto
import FoundationEssentials

/// A salted password hash in RabbitMQ's form: base64 of four bytes of salt and the SHA-256 of salt and password.
struct PasswordHash {
    static let algorithm = "rabbit_password_hashing_sha256"
    private static let saltLength = 4
    let encoded: String

    init(encoded: String) { self.encoded = encoded }

    /// Hashes a password with fresh salt.
    init(password: [UInt8]) {
        let salt = (0..<PasswordHash.saltLength).map { _ in UInt8.random(in: .min ... .max) }
        encoded = Data(salt + PasswordHash.digest(salt: salt, password)).base64EncodedString()
    }

    /// Whether the password is the one that was hashed. Takes the same time wherever they differ.
    func matches(_ password: [UInt8]) -> Bool {
        guard let stored = Data(base64Encoded: encoded), stored.count > PasswordHash.saltLength else { return false }
        let salt = [UInt8](stored.prefix(PasswordHash.saltLength))
        let expected = [UInt8](stored.dropFirst(PasswordHash.saltLength))
        let actual = PasswordHash.digest(salt: salt, password)
        guard expected.count == actual.count else { return false }
        return zip(expected, actual).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func digest(salt: [UInt8], _ password: [UInt8]) -> [UInt8] {
        [UInt8](SHA256.hash(data: salt + password))
    }
}
