import Crypto
import FoundationEssentials

/// How a password is hashed; the raw values are RabbitMQ's names.
enum PasswordHashAlgorithm: String, CaseIterable {
    case sha256 = "rabbit_password_hashing_sha256"
    case sha512 = "rabbit_password_hashing_sha512"
    /// For hashes of very old brokers only.
    case md5 = "rabbit_password_hashing_md5"

    func digest(_ bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .sha256: [UInt8](SHA256.hash(data: bytes))
        case .sha512: [UInt8](SHA512.hash(data: bytes))
        case .md5: [UInt8](Insecure.MD5.hash(data: bytes))
        }
    }
}

/// A salted password hash in RabbitMQ's form: base64 of four bytes of salt and the digest of salt and password.
struct PasswordHash {
    private static let saltLength = 4
    let algorithm: PasswordHashAlgorithm
    let encoded: String

    init(encoded: String, algorithm: PasswordHashAlgorithm = .sha256) {
        self.encoded = encoded
        self.algorithm = algorithm
    }

    /// Hashes a password with fresh salt.
    init(password: [UInt8]) {
        algorithm = .sha256
        let salt = (0..<PasswordHash.saltLength).map { _ in UInt8.random(in: .min ... .max) }
        encoded = Data(salt + algorithm.digest(salt + password)).base64EncodedString()
    }

    /// Whether this can be the hash of a password. The empty one is also taken: it fits none.
    var isWellFormed: Bool {
        encoded.isEmpty
            || Data(base64Encoded: encoded)?.count == PasswordHash.saltLength + algorithm.digest([]).count
    }

    /// Whether the password is the one that was hashed. Takes the same time wherever they differ.
    func matches(_ password: [UInt8]) -> Bool {
        guard let stored = Data(base64Encoded: encoded), stored.count > PasswordHash.saltLength else { return false }
        let salt = [UInt8](stored.prefix(PasswordHash.saltLength))
        let expected = [UInt8](stored.dropFirst(PasswordHash.saltLength))
        let actual = algorithm.digest(salt + password)
        guard expected.count == actual.count else { return false }
        return zip(expected, actual).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
