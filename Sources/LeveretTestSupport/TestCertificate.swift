#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Certificates that only tests trust, valid from 2020 to 2120. Their keys protect nothing.
package struct TestCertificate: Sendable {
    /// What a file would hold, in PEM form.
    package let certificate: String
    package let key: String

    /// An authority.
    package static let authority = TestCertificate(certificate: authorityPEM, key: "")
    /// Another authority, which vouched for `stranger`.
    package static let otherAuthority = TestCertificate(certificate: otherAuthorityPEM, key: "")
    /// For the hosts `localhost` and `127.0.0.1`, of the authority.
    package static let server = TestCertificate(certificate: serverPEM, key: serverKeyPEM)
    /// For `CN=orders,OU=a\+b,O=Example\, Inc.,C=DE` with an alternative name of each kind, of the authority.
    package static let client = TestCertificate(certificate: clientPEM, key: clientKeyPEM)
    /// For a subject with two common names and characters that have to be escaped, of the authority.
    package static let odd = TestCertificate(certificate: oddPEM, key: oddKeyPEM)
    /// For `CN=guest`, of the authority.
    package static let guest = TestCertificate(certificate: guestPEM, key: guestKeyPEM)
    /// For `CN=orders`, of the other authority.
    package static let stranger = TestCertificate(certificate: strangerPEM, key: strangerKeyPEM)

    /// Writes both files.
    ///
    /// - Returns: their paths.
    @discardableResult
    package func write(_ name: String, to directory: String) -> (certificate: String, key: String) {
        let paths = ("\(directory)/\(name).pem", "\(directory)/\(name).key")
        Self.write(certificate, to: paths.0)
        Self.write(key, to: paths.1)
        return paths
    }

    /// Writes a file, in place of one that may be there.
    package static func write(_ text: String, to path: String) {
        let descriptor = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0o600)
        guard descriptor >= 0 else { return }
        _ = text.withCString { Self.systemWrite(descriptor, $0, strlen($0)) }
        close(descriptor)
    }

    /// The system's write(2), which the type's own functions of that name would hide.
    private static func systemWrite(_ descriptor: CInt, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
        #if canImport(Glibc)
        Glibc.write(descriptor, bytes, count)
        #elseif canImport(Musl)
        Musl.write(descriptor, bytes, count)
        #else
        Darwin.write(descriptor, bytes, count)
        #endif
    }
}

extension TestCertificate {
    private static let authorityPEM = """
        -----BEGIN CERTIFICATE-----
        MIIBiDCCAS6gAwIBAgIUbCHhiqhS0FkT6JcRRFKEANElFtowCgYIKoZIzj0EAwIw
        ITEfMB0GA1UEAwwWTGV2ZXJldCB0ZXN0IGF1dGhvcml0eTAgFw0yMDAxMDEwMDAw
        MDBaGA8yMTIwMDEwMTAwMDAwMFowITEfMB0GA1UEAwwWTGV2ZXJldCB0ZXN0IGF1
        dGhvcml0eTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABB9nB5Ill1gTtiA5345c
        H15jZmtjjhlIY19n9FFtneSyVGgYX1UUk3PNfRwNq8MGioxyxpcsZayAHogwHelb
        xxOjQjBAMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgIEMB0GA1UdDgQW
        BBRQ1AIPBlfhj0n2AneL35hpr0ZobjAKBggqhkjOPQQDAgNIADBFAiAeZda7KG0V
        PWnbmdVfmUELkLUAumawX5AwaIPD15OaygIhAKROV6DpCyexEbNYxwOrgfolS48v
        vcEQB5dkXKz4waBl
        -----END CERTIFICATE-----
        """

    private static let otherAuthorityPEM = """
        -----BEGIN CERTIFICATE-----
        MIIBiTCCAS6gAwIBAgIUJNeuTVThNlSc78H5ygqW0w1qWE8wCgYIKoZIzj0EAwIw
        ITEfMB0GA1UEAwwWQW5vdGhlciB0ZXN0IGF1dGhvcml0eTAgFw0yMDAxMDEwMDAw
        MDBaGA8yMTIwMDEwMTAwMDAwMFowITEfMB0GA1UEAwwWQW5vdGhlciB0ZXN0IGF1
        dGhvcml0eTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABLrtVXZDKZWgXzbwjIOW
        0FXnDJCNXUOXNdoIGuf1iPSEI8BSY76KqCLs4t6QKj1Y63zakQdaylxwqYCF6wZd
        Rk+jQjBAMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgIEMB0GA1UdDgQW
        BBSjUSZKmoxhmn4+L/xr5ihOzf2jhzAKBggqhkjOPQQDAgNJADBGAiEA7s2DAYss
        bDQwMnl5gMVxAMQSoPI6rzkPPzYWFHIZQS0CIQD8oL5YWTVtrNv9q4bXWWlHqurz
        onJ1/mkY6viMt1w0mQ==
        -----END CERTIFICATE-----
        """

    private static let serverPEM = """
        -----BEGIN CERTIFICATE-----
        MIIBljCCAT2gAwIBAgIUOrgKeTPLma0peoSTLkK9vKLQPlQwCgYIKoZIzj0EAwIw
        ITEfMB0GA1UEAwwWTGV2ZXJldCB0ZXN0IGF1dGhvcml0eTAgFw0yMDAxMDEwMDAw
        MDBaGA8yMTIwMDEwMTAwMDAwMFowFDESMBAGA1UEAwwJbG9jYWxob3N0MFkwEwYH
        KoZIzj0CAQYIKoZIzj0DAQcDQgAEinFUvEKUxJxOvxtd4zZMlToZ6oBouclRIN0j
        aguJghjjuKLMvslLKe3V50xK8D2IICbjb1lK1yZtgmYp2bCu+KNeMFwwGgYDVR0R
        BBMwEYIJbG9jYWxob3N0hwR/AAABMB0GA1UdDgQWBBRUGWPcm107VC60BTCeZvt5
        1RUfazAfBgNVHSMEGDAWgBRQ1AIPBlfhj0n2AneL35hpr0ZobjAKBggqhkjOPQQD
        AgNHADBEAiA3LcOOg/hBxzovwXj2QZA7z/HvFgO1UNuh+k6EWzGZdAIgDMXq2pFt
        T55HkJzlTS9nZpLVO7L3PRTn+KEMiFDuKmc=
        -----END CERTIFICATE-----
        """

    private static let serverKeyPEM = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg0GXSk+I3aWwHv5Mh
        lRHb1c0+7Ujr4oJbXDvnitwrrz+hRANCAASKcVS8QpTEnE6/G13jNkyVOhnqgGi5
        yVEg3SNqC4mCGOO4osy+yUsp7dXnTErwPYggJuNvWUrXJm2CZinZsK74
        -----END PRIVATE KEY-----
        """

    private static let clientPEM = """
        -----BEGIN CERTIFICATE-----
        MIIB8TCCAZigAwIBAgIUETeWXLHjDbKF5cju/wjndSOWX/IwCgYIKoZIzj0EAwIw
        ITEfMB0GA1UEAwwWTGV2ZXJldCB0ZXN0IGF1dGhvcml0eTAgFw0yMDAxMDEwMDAw
        MDBaGA8yMTIwMDEwMTAwMDAwMFowRDELMAkGA1UEBhMCREUxFjAUBgNVBAoMDUV4
        YW1wbGUsIEluYy4xDDAKBgNVBAsMA2ErYjEPMA0GA1UEAwwGb3JkZXJzMFkwEwYH
        KoZIzj0CAQYIKoZIzj0DAQcDQgAEbuEn4ANbKbgBB9fLyZgqf2brsLzZrpcKD2bn
        tUvdNh5dHUBeY39rVYmbqPuOZCcpbFn/e/eAgv01xbNuTT+/O6OBiDCBhTBDBgNV
        HREEPDA6ghJvcmRlcnMuZXhhbXBsZS5vcmeBEm9yZGVyc0BleGFtcGxlLm9yZ4YK
        dXJuOm9yZGVyc4cECgECAzAdBgNVHQ4EFgQUaUK9yUlEKRQtN8y46POB/RuM3XIw
        HwYDVR0jBBgwFoAUUNQCDwZX4Y9J9gJ3i9+Yaa9GaG4wCgYIKoZIzj0EAwIDRwAw
        RAIgDkD2QhEmh8aMtyh7wTwENYqh4k+jFsI0u/PdsdRi5TQCIGdu9vzIQOQHsYOx
        52gZU4fF9y/Cnh0PDCw2kZ1CG0N6
        -----END CERTIFICATE-----
        """

    private static let clientKeyPEM = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgr71aj9aPjP23UnGD
        gSdCqQzySWtIcoU6GZQYuiZpJ3OhRANCAARu4SfgA1spuAEH18vJmCp/ZuuwvNmu
        lwoPZue1S902Hl0dQF5jf2tViZuo+45kJylsWf9794CC/TXFs25NP787
        -----END PRIVATE KEY-----
        """

    private static let oddPEM = """
        -----BEGIN CERTIFICATE-----
        MIIBwTCCAWigAwIBAgIUb8bvHOzW8nQlL5vmDqeK3YhoyIowCgYIKoZIzj0EAwIw
        ITEfMB0GA1UEAwwWTGV2ZXJldCB0ZXN0IGF1dGhvcml0eTAgFw0yMDAxMDEwMDAw
        MDBaGA8yMTIwMDEwMTAwMDAwMFowSzETMBEGCgmSJomT8ixkARkWA29yZzESMBAG
        A1UECgwJIEdyw7bDn2UgMQ4wDAYDVQQDDAVmaXJzdDEQMA4GA1UEAwwHI3NlY29u
        ZDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABMHwaezrOGOO8BtpwOzoKnmght8I
        x8z7G4twwR8WGW7556QAet+HASKeoztiK2wirOv3coWvnwZVdU/xnsJWaQyjUjBQ
        MA4GA1UdEQQHMAWCA29kZDAdBgNVHQ4EFgQUcxQNKyZKfeV55XNljQ/1xFflfA4w
        HwYDVR0jBBgwFoAUUNQCDwZX4Y9J9gJ3i9+Yaa9GaG4wCgYIKoZIzj0EAwIDRwAw
        RAIgVr5m76V2GNHIjvIBK1OawqtqHymLmNIyAiRcXaymG80CIFf2xYFTZaPjD9H3
        OUD4Bc9iCn6QxP8c71B8agHftNVI
        -----END CERTIFICATE-----
        """

    private static let oddKeyPEM = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgwHc0d2UyhcVqtyRt
        Tr93zPzyh3Tm6cYrLhOqI2sv3w+hRANCAATB8Gns6zhjjvAbacDs6Cp5oIbfCMfM
        +xuLcMEfFhlu+eekAHrfhwEinqM7YitsIqzr93KFr58GVXVP8Z7CVmkM
        -----END PRIVATE KEY-----
        """

    private static let strangerPEM = """
        -----BEGIN CERTIFICATE-----
        MIIBmDCCAT2gAwIBAgIUFpvoIEdKE2R6q4JdXvnVxqu/ecwwCgYIKoZIzj0EAwIw
        ITEfMB0GA1UEAwwWQW5vdGhlciB0ZXN0IGF1dGhvcml0eTAgFw0yMDAxMDEwMDAw
        MDBaGA8yMTIwMDEwMTAwMDAwMFowETEPMA0GA1UEAwwGb3JkZXJzMFkwEwYHKoZI
        zj0CAQYIKoZIzj0DAQcDQgAEF+2e8CKK3JFvUULuP8M+R2hk8l6LupWOBJZOHGiq
        y6dfz/EQ/IVAoZMsINOMEoo8DFORsEFxFc3NbgI92sZCUKNhMF8wHQYDVR0RBBYw
        FIISb3JkZXJzLmV4YW1wbGUub3JnMB0GA1UdDgQWBBScCwvn+wjIZ2GUvcFt3Ohx
        PvngUTAfBgNVHSMEGDAWgBSjUSZKmoxhmn4+L/xr5ihOzf2jhzAKBggqhkjOPQQD
        AgNJADBGAiEAsd4ei772ZQdr43jAMtYhguhSbmEEYKbCZGyMCbKToGECIQDBfsr6
        C94d91D3v+HXrpErsFMFV/pFHWlp8BrAV8e91w==
        -----END CERTIFICATE-----
        """

    private static let strangerKeyPEM = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgS1e4Aef8g4504zJy
        beUq+Awg8WTlno57CBQ/X5WvZSihRANCAAQX7Z7wIorckW9RQu4/wz5HaGTyXou6
        lY4Elk4caKrLp1/P8RD8hUChkywg04wSijwMU5GwQXEVzc1uAj3axkJQ
        -----END PRIVATE KEY-----
        """

    private static let guestPEM = """
        -----BEGIN CERTIFICATE-----
        MIIBiDCCAS+gAwIBAgIUPOz1Q2O0mo2lTEh7scB8qywNi6cwCgYIKoZIzj0EAwIw
        ITEfMB0GA1UEAwwWTGV2ZXJldCB0ZXN0IGF1dGhvcml0eTAgFw0yMDAxMDEwMDAw
        MDBaGA8yMTIwMDEwMTAwMDAwMFowEDEOMAwGA1UEAwwFZ3Vlc3QwWTATBgcqhkjO
        PQIBBggqhkjOPQMBBwNCAARpNguYASxjpIagSkrHCdP6yqWc1HMmZxAMAwY4xvfP
        5dLQo4owK7CakePr+HE4GzWUCXynJHYSuuYNI4ejvA0xo1QwUjAQBgNVHREECTAH
        ggVndWVzdDAdBgNVHQ4EFgQUlcMnKhjxizefyWo2LTWCMeTHp7IwHwYDVR0jBBgw
        FoAUUNQCDwZX4Y9J9gJ3i9+Yaa9GaG4wCgYIKoZIzj0EAwIDRwAwRAIgJ+vS5IO0
        8fQ9wYkP74KQxAnCSRKMZF4/odl8ss7tpBYCIC7719Yf4L7QN+UaGJ7UoAKxqcUO
        uNTX4v7EFPDyIaRp
        -----END CERTIFICATE-----
        """

    private static let guestKeyPEM = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgMK9IncIFvLyyMbuZ
        VQ6y5ZCyWk0H710f/AHH4Yr+BA+hRANCAARpNguYASxjpIagSkrHCdP6yqWc1HMm
        ZxAMAwY4xvfP5dLQo4owK7CakePr+HE4GzWUCXynJHYSuuYNI4ejvA0x
        -----END PRIVATE KEY-----
        """
}
