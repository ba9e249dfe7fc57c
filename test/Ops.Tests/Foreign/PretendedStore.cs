using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Tessera.Ops.Calling;

namespace Tessera.Ops.Tests.Foreign;

/// <summary>The store as the console sees it, through its gateway: nothing waits at its own services, and one in
/// another language is as a test says.</summary>
internal sealed class PretendedStore : HttpMessageHandler
{
    public const string Foreign = "notifications";
    private const string Interface = "/api/v1";
    private const string Prefix = Interface + "/services/";

    /// <summary>What the gateway says of it in <c>/health</c>; null where the store has no place for it.</summary>
    public string? Replica { get; set; } = """{"status":"Healthy","hasAnswered":true}""";

    /// <summary>What it answers, by what follows its name in the address; 404 for the rest.</summary>
    public Dictionary<string, string> Answers { get; } = [];

    /// <summary>What the store's own services answer, by the address behind the gateway's prefix, with its query or for
    /// all of them without.</summary>
    public Dictionary<string, string> Own { get; } = [];

    /// <summary>What answers 503, by the address behind the gateway's prefix.</summary>
    public HashSet<string> Away { get; } = [];

    /// <summary>It answers all with this.</summary>
    public HttpStatusCode? Refusal { get; init; }

    /// <summary>What it was asked, with the query or the body.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    public static string Status(string more = "") =>
        $$"""
        {"service":"notifications","broker":"webhook","database":"sqlite","timers":0,{{more}}
         "outbox":{"rows":0,"oldestSeconds":null,"heldKeys":0},"parked":{"messages":2,"keys":1},
         "subscriptions":[{"stream":"webhooks","broker":"webhook","unread":null,"oldestUnreadSeconds":null,
                           "partitions":[],"unavailable":null}]}
        """;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken stop)
    {
        var path = request.RequestUri!.AbsolutePath;
        if (path == "/health") return Json(Health());
        if (Away.Contains(path[Interface.Length..]))
            return Json("""{"detail":"not today"}""", HttpStatusCode.ServiceUnavailable);
        if (Own.TryGetValue(request.RequestUri.PathAndQuery[Interface.Length..], out var own)
            || Own.TryGetValue(path[Interface.Length..], out own)) return Json(own);
        if (!path.StartsWith(Prefix, StringComparison.Ordinal)) return Json("{}", HttpStatusCode.NotFound);
        var (service, what) = (path[Prefix.Length..].Split('/')[0], path.Split("/messaging/")[1]);
        if (service != Foreign)
        {
            return Json(what switch
            {
                "status" => Status().Replace("webhooks", "users").Replace(Foreign, service)
                    .Replace("\"messages\":2,\"keys\":1", "\"messages\":0,\"keys\":0").Replace("webhook", "embedded"),
                "parked/causes" => """{"causes":[],"isWhole":true}""",
                _ => """{"items":[],"next":null}""",
            });
        }
        var body = request.Content is null ? "" : " " + await request.Content.ReadAsStringAsync(stop);
        Asked.Enqueue($"{request.Method} {what}{Uri.UnescapeDataString(request.RequestUri.Query)}{body}");
        if (Refusal is { } refusal) return Json("""{"detail":"not today"}""", refusal);
        return Answers.TryGetValue(what, out var answer) ? Json(answer) : Json("{}", HttpStatusCode.NotFound);
    }

    private string Health()
    {
        var replicas = ReadSystem.Services
            .Select(service => (service, State: """{"status":"Healthy","hasAnswered":true}"""))
            .Concat(Replica is null ? [] : [(Foreign, Replica)])
            .Select(each =>
                $$"""{"service":"{{each.Item1}}","replica":"{{each.Item1}}-1","milliseconds":1,"isServed":true,"""
                + each.Item2[1..]);
        return $$"""{"status":"Healthy","services":[{{string.Join(',', replicas)}}]}""";
    }

    private static HttpResponseMessage Json(string text, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new StringContent(text, Encoding.UTF8, "application/json") };
}
