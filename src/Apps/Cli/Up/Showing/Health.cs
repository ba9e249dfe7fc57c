using System.Net;
using System.Text.Json;
using Tessera.Cli.Logs;

namespace Tessera.Cli.Up;

/// <param name="Why">What is missing, when it is not ready and something answers.</param>
/// <param name="Version">Which build answers, where it says so.</param>
internal sealed record HealthAnswer(bool IsReady, string? Why = null, string? Version = null)
{
    public static readonly HealthAnswer Ready = new(true);
    public static readonly HealthAnswer Silent = new(false);
}

/// <summary>Asks a service whether it can take requests.</summary>
internal static class Health
{
    private static readonly TimeSpan _answerTimeout = TimeSpan.FromSeconds(2);

    public static HttpClient NewClient() =>
        new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = _answerTimeout })
        {
            Timeout = _answerTimeout,
            MaxResponseContentBufferSize = 64 * 1024,
        };

    /// <param name="instance">What the process was given: whoever answers without it is another store's.</param>
    public static async Task<HealthAnswer> AskAsync(
        HttpClient http, string address, string instance, CancellationToken stop)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(address + "/health/ready"), stop);
            if (answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable))
                return new HealthAnswer(false, $"its port answers with status {(int)answer.StatusCode}");
            return Read(await answer.Content.ReadAsStringAsync(stop), instance, answer.IsSuccessStatusCode);
        }
        catch (Exception unready) when (unready is HttpRequestException or OperationCanceledException)
        {
            return HealthAnswer.Silent;
        }
    }

    /// <summary>Such as <c>1.4.0 1f3c5e7</c>; the revision is that of the build, where git knew one.</summary>
    private static string? VersionIn(JsonElement health)
    {
        string? Text(string name) =>
            health.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
        var revision = Text("revision") is { Length: > 7 } commit ? " " + commit[..7] : "";
        return Text("version") is { } version ? PlainLine.Of(version + revision) : null;
    }

    private static HealthAnswer Read(string text, string instance, bool isReady)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            if (!document.RootElement.TryGetProperty("instance", out var its) || its.GetString() != instance)
                return new HealthAnswer(false, "another process answers on its port");
            if (isReady) return HealthAnswer.Ready with { Version = VersionIn(document.RootElement) };
            var failing = document.RootElement.GetProperty("checks").EnumerateObject()
                .Where(check => check.Value.GetProperty("status").GetString() == "Unhealthy")
                .Select(check => $"{check.Name}: {check.Value.GetProperty("description").GetString()}");
            return new HealthAnswer(false, PlainLine.Of(string.Join("; ", failing).ReplaceLineEndings(" ")));
        }
        catch (Exception foreign) when (foreign is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return new HealthAnswer(false, "another program answers on its port");
        }
    }
}
