package import NIOSSL

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Certificates and keys where operators keep them: in PEM files.
package enum TLSFile {
    /// All certificates of a file, in its order.
    ///
    /// - Parameter noun: what the file is called in an error.
    package static func certificates(
        _ path: String,
        _ noun: String = "certificate file"
    ) throws(TLSFileError) -> [NIOSSLCertificate] {
        try checkReadable(path, noun)
        do {
            return try NIOSSLCertificate.fromPEMFile(path)
        } catch {
            throw TLSFileError("the \(noun) \(path) holds no certificate in PEM form")
        }
    }

    /// The private key of a file.
    package static func privateKey(_ path: String) throws(TLSFileError) -> NIOSSLPrivateKey {
        try checkReadable(path, "key file")
        do {
            return try NIOSSLPrivateKey(file: path, format: .pem)
        } catch {
            throw TLSFileError("the key file \(path) holds no private key in PEM form without a password")
        }
    }

    private static func checkReadable(_ path: String, _ noun: String) throws(TLSFileError) {
        guard access(path, R_OK) != 0 else { return }
        throw TLSFileError("the \(noun) \(path) cannot be read: \(String(cString: strerror(errno)))")
    }
}
