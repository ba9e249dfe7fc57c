using System.Globalization;

namespace Tessera.Cli.Up;

/// <summary>Whether the canary fails requests more often than the others do at the same time.</summary>
internal sealed class CompareAnswers(IReadOnlyList<InstanceState> others, InstanceState canary) : IDisposable
{
    private static readonly TimeSpan _answerTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan _soFarTimeout = TimeSpan.FromSeconds(3);
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false })
    {
        Timeout = _answerTimeout, MaxResponseContentBufferSize = 16 * 1024 * 1024,
    };
    private const string Requests = "http_server_request_duration_seconds_count{";
    private readonly List<Answers> _last = [];
    private Answers _canary = new(0, 0);
    private Answers _others = new(0, 0);

    private IEnumerable<InstanceState> All => others.Prepend(canary);

    public async Task BeginAsync(CancellationToken stop) => _last.AddRange(await CountAsync(stop));

    /// <returns>What speaks against the canary; null when nothing does.</returns>
    /// <exception cref="UserError">One of them does not say how it answers.</exception>
    public async Task<string?> FaultAsync(CancellationToken stop)
    {
        var now = await CountAsync(stop);
        // Of each process by itself: one that started anew has begun to count anew.
        for (var i = 0; i < now.Length; i++)
        {
            var since = now[i].Since(_last[i]);
            if (i == 0) _canary += since;
            else _others += since;
            _last[i] = now[i];
        }
        return Fault(canary.Name, _canary, _others);
    }

    /// <summary>The same while it is watched: one question without an answer says that the machine is busy, and the
    /// next one counts what this one missed.</summary>
    public async Task<string?> FaultSoFarAsync(CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(_soFarTimeout);
        try
        {
            return await FaultAsync(limit.Token);
        }
        catch (Exception unanswered) when (unanswered is UserError
            || (unanswered is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return null;
        }
    }

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

    private Task<Answers[]> CountAsync(CancellationToken stop) =>
        Task.WhenAll(All.Select(each => CountAsync(each, stop)));

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

    public static Answers operator +(Answers one, Answers other) =>
        new(one.All + other.All, one.Failed + other.Failed);

    public Answers Since(Answers before) => All < before.All || Failed < before.Failed
        ? this
        : new Answers(All - before.All, Failed - before.Failed);
}
