/// Where a broker keeps its data when nobody says otherwise.
enum DataDirectoryPath {
    /// `$XDG_DATA_HOME/leveret` or `~/.local/share/leveret`; `nil` if the user has neither variable.
    static func perUser(environment: (String) -> String? = Environment.value) -> String? {
        // The variable counts only if it is absolute (XDG base directory specification).
        if let base = environment("XDG_DATA_HOME"), base.hasPrefix("/") { return base + "/leveret" }
        return environment("HOME").map { $0 + "/.local/share/leveret" }
    }

    /// The directory as given, else the environment's `LEVERET_DATA`, else the user's.
    static func resolve(
        _ given: String?,
        environment: (String) -> String? = Environment.value
    ) throws(CommandFailure) -> String {
        if let path = given ?? environment("LEVERET_DATA") ?? perUser(environment: environment) { return path }
        throw CommandFailure(.usage, "there is no default data directory without $HOME: give one with --data")
    }
}
