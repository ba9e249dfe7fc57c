using System.Globalization;

namespace Tessera.Cli.Up;

/// <summary>Whether the canary fails requests more often than the others do at the same time.</summary>
internal sealed class CompareAnswers(IReadOnlyList<InstanceState> others, InstanceState canary) : IDisposable
{
    private static readonly TimeSpan _answerTimeout = TimeSpan.FromSeconds(20);
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false })
    {
        Timeout = _answerTimeout, MaxResponseContentBufferSize = 16 * 1024 * 1024,
    };
    private const string Requests = "http_server_request_duration_seconds_count{";
    private Answers _canary = new(0, 0);
    private Answers _others = new(0, 0);

    public async Task BeginAsync(CancellationToken stop) =>
        (_canary, _others) = (await CountAsync(canary, stop), await CountAsync(stop));

    /// <returns>What speaks against the canary; null when nothing does.</returns>
    public async Task<string?> FaultAsync(CancellationToken stop) => Fault(
        canary.Name, (await CountAsync(canary, stop)).Since(_canary), (await CountAsync(stop)).Since(_others));

    public void Dispose() => _http.Dispose();

    /// <summary>One more in a hundred is not the chance of a few requests.</summary>
    internal static string? Fault(string name, Answers canary, Answers others) =>
        canary.Failed >= 3 && canary.Share > others.Share + 0.01
            ? $"{name} answered {canary.Failed} of {canary.All} requests with 5xx, and the others " +
                $"{others.Failed} of {others.All}"
            : null;

    internal static Answers Read(string metrics)
    {
        var counts = metrics.Split('\n').Where(line => line.StartsWith(Requests, StringComparison.Ordinal)
            && line.LastIndexOf("} ", StringComparison.Ordinal) > 0);
        var answers = new Answers(0, 0);
        foreach (var line in counts)
        {
            var text = line[(line.LastIndexOf("} ", StringComparison.Ordinal) + 2)..].Split(' ')[0];
            if (!double.TryParse(text, CultureInfo.InvariantCulture, out var count)) continue;
            var isFailed = line.Contains("http_response_status_code=\"5", StringComparison.Ordinal);
            answers = new Answers(answers.All + (long)count, answers.Failed + (isFailed ? (long)count : 0));
        }
        return answers;
    }

    private async Task<Answers> CountAsync(CancellationToken stop)
    {
        var each = await Task.WhenAll(others.Select(other => CountAsync(other, stop)));
        return new Answers(each.Sum(one => one.All), each.Sum(one => one.Failed));
    }

    private async Task<Answers> CountAsync(InstanceState instance, CancellationToken stop)
    {
        try
        {
            return Read(await _http.GetStringAsync(new Uri(instance.Address + "/metrics"), stop));
        }
        catch (Exception away) when (away is HttpRequestException
            || (away is OperationCanceledException && !stop.IsCancellationRequested))
        {
            throw new UserError($"{instance.Name} does not say how it answers: {away.Message}");
        }
    }
}

internal readonly record struct Answers(long All, long Failed)
{
    public double Share => All == 0 ? 0 : (double)Failed / All;

    public Answers Since(Answers before) => new(All - before.All, Failed - before.Failed);
}
