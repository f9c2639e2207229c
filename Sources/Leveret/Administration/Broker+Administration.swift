import FoundationEssentials
import LeveretCore

extension Broker {
    /// Answers an operator's request.
    package func administer(_ request: AdministrationRequest) -> AdministrationResponse {
        let report = driver.inspect { $0.report() }
        switch request {
        case .queues: return AdministrationResponse(queues: report.queues.map(QueueSummary.init))
        case .status: return AdministrationResponse(status: BrokerStatus(report))
        }
    }

    /// Answers a line of JSON with a line of JSON, without the line's end. A line that is no request gets an error.
    package func administer(requestLine: [UInt8]) async -> [UInt8] {
        let response: AdministrationResponse
        do {
            response = administer(try JSONDecoder().decode(AdministrationRequest.self, from: Data(requestLine)))
        } catch {
            response = AdministrationResponse(error: "not a request that this broker knows")
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let line = try? encoder.encode(response) else {
            return Array(#"{"error":"the answer cannot be written"}"#.utf8)
        }
        return [UInt8](line)
    }
}
