// What a server costs before there is a broker, on 127.0.0.1 until it is ended. `LeveretBare PORT` only accepts and serves
// connections. `LeveretBare --port PORT --data DIRECTORY` reads its command line and makes a database first.

import ArgumentParser

if CommandLine.arguments.count == 2, let port = Int(CommandLine.arguments[1]) {
    try BareServer(port: port).run()
} else {
    BareStart.main()
}
