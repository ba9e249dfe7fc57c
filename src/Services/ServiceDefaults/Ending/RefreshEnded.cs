using Microsoft.Extensions.Hosting;

namespace Tessera.ServiceDefaults;

/// <summary>Asks again and again who was erased and which sign-ins have ended. Twice through Users' own memory it takes
/// less than a second until a token is refused everywhere, also by the gateway, which has neither database nor broker.
/// </summary>
internal sealed class RefreshEnded(
    IEndedSource source, ErasedSubjects erased, EndedSignIns signIns, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan interval = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        try
        {
            do await RefreshAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops.
        }
    }

    private async Task RefreshAsync(CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
        either.CancelAfter(patience);
        try
        {
            var before = erased.Known;
            erased.Replace(before, await source.FetchErasedAsync(either.Token));
            signIns.Add(await source.FetchSignInsAsync(signIns.Since, either.Token));
        }
        catch (Exception) when (!stop.IsCancellationRequested)
        {
            // While Users is away nothing ends, and what had ended stays known. That it is away others say.
        }
    }
}
