/// A source file to be written.
struct GeneratedFile {
    var name: String
    var text: String
}
