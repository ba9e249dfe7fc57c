using Microsoft.Extensions.Options;

namespace Tessera.Ops.Seeing;

/// <summary>Asks the processes for their counters while somebody looks at the overview. A process that does not answer
/// in time is left out of that look.</summary>
internal sealed class CollectRates(
    Rates rates, MetricsTargets targets, IHttpClientFactory clients, IOptions<OpsOptions> options, TimeProvider clock)
    : BackgroundService
{
    public const string ClientName = "metrics";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var turns = new PeriodicTimer(options.Value.CollectEvery, clock);
        try
        {
            do
            {
                if (rates.IsWanted) await CollectAsync(stoppingToken);
            }
            while (await turns.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The console stops.
        }
    }

    private async Task CollectAsync(CancellationToken stop)
    {
        var asked = targets.Read();
        if (asked.Count == 0) return;
        var told = await Task.WhenAll(
            asked.Select(async target => (Target: target, Counters: await AskAsync(target, stop))));
        rates.Add(told.Where(each => each.Counters is not null)
            .GroupBy(each => each.Target).ToDictionary(each => each.Key, each => each.First().Counters!));
    }

    private async Task<ProcessCounters?> AskAsync(MetricsTarget target, CancellationToken stop)
    {
        try
        {
            using var http = clients.CreateClient(ClientName);
            return ProcessCounters.Read(await http.GetStringAsync(target.Uri, stop));
        }
        catch (Exception away) when (
            away is HttpRequestException or IOException or UriFormatException
            || (away is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return null;
        }
    }
}
