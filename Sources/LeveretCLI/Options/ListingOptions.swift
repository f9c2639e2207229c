import ArgumentParser

/// How a list is printed.
struct ListingOptions: ParsableArguments {
    @Flag(help: "Print a JSON object per row.")
    var json = false

    func write(_ listing: Listing) throws {
        try OutputStream.standardOutput.writeLines(json ? listing.jsonLines : listing.tableLines)
    }
}
