/// Where a setting comes from: the command line before the environment, that before the file, that before the
/// default.
struct SettingLayers {
    private let environment: (String) -> String?
    private let file: ConfigurationFile?

    init(environment: @escaping (String) -> String? = Environment.value, file: ConfigurationFile?) {
        self.environment = environment
        self.file = file
    }

    /// The name of a setting's environment variable: `LEVERET_FRAME_MAX` for `frame-max`.
    static func variable(_ name: String) -> String {
        "LEVERET_" + String(name.uppercased().map { $0 == "-" ? "_" : $0 })
    }

    /// The value of a setting; `nil` if no layer has it.
    ///
    /// - Parameters:
    ///   - option: what the command line says.
    ///   - kind: what a value must be, for the message: `a number from 0 to 65535`.
    func value<Value>(
        _ name: String,
        _ option: String?,
        _ kind: String,
        parse: (String) -> Value?
    ) throws(CommandFailure) -> Value? {
        if let option { return try read(option, "--\(name)", kind, parse) }
        let variable = Self.variable(name)
        if let text = environment(variable) { return try read(text, "$\(variable)", kind, parse) }
        if let file, let text = file.value(name) { return try read(text, "\"\(name)\" in \(file.path)", kind, parse) }
        return nil
    }

    /// Whether a flag is given, or set in another layer.
    func flag(_ name: String, _ isGiven: Bool) throws(CommandFailure) -> Bool {
        if isGiven { return true }
        return try value(name, nil, "true or false", parse: Self.boolean) ?? false
    }

    private func read<Value>(
        _ text: String,
        _ place: String,
        _ kind: String,
        _ parse: (String) -> Value?
    ) throws(CommandFailure) -> Value {
        if let value = parse(text) { return value }
        throw CommandFailure(.usage, "\(place) is \"\(text)\" and must be \(kind)")
    }

    /// Reads true or false in the usual spellings.
    static func boolean(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "yes", "1": true
        case "false", "no", "0": false
        default: nil
        }
    }
}
