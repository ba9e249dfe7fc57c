using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Tessera.ServiceDefaults;

/// <summary>
/// <c>GET /health/stopping</c> answers at once and says something only when the process is told to stop. Who balances
/// over replicas keeps it open: it hears of the stop without having to ask, and hangs up when it sends nothing more.
/// </summary>
internal sealed class TellStop(
    IHostApplicationLifetime lifetime, IOptions<StopOptions> options, TimeProvider clock)
{
    public const string Path = "/health/stopping";

    /// <summary>More gateways than a store has; further ones have to ask for readiness.</summary>
    private const int ListenersMax = 64;

    private readonly TaskCompletionSource _confirmed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _listeners;

    /// <summary>Who listens now.</summary>
    public int Listeners => Volatile.Read(ref _listeners);

    /// <summary>Completes when all who listened have hung up.</summary>
    public Task Confirmed => Listeners == 0 ? Task.CompletedTask : _confirmed.Task;

    public async Task HandleAsync(HttpContext context)
    {
        if (Interlocked.Increment(ref _listeners) > ListenersMax)
        {
            Interlocked.Decrement(ref _listeners);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }
        try
        {
            await ListenAsync(context);
        }
        finally
        {
            if (Interlocked.Decrement(ref _listeners) == 0 && lifetime.ApplicationStopping.IsCancellationRequested)
                _confirmed.TrySetResult();
        }
    }

    private async Task ListenAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain";
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.FlushAsync(context.RequestAborted);
        using var told = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, lifetime.ApplicationStopping);
        await UntilAsync(told.Token);
        if (context.RequestAborted.IsCancellationRequested) return;
        await context.Response.WriteAsync("stopping\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        using var patience = new CancellationTokenSource(options.Value.ConfirmTimeout, clock);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, patience.Token);
        await UntilAsync(over.Token);
    }

    private static async Task UntilAsync(CancellationToken end) => await Task.Delay(Timeout.Infinite, end)
        .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
