using Microsoft.Extensions.Logging;
using Tessera.Messaging.Hosting;
using Tessera.Messaging.Tests.Fakes;
using Tessera.Messaging.Transport;
using Xunit;

namespace Tessera.Messaging.Tests;

/// <summary>What mends itself as planned is no error in the log; what does not, is.</summary>
public sealed class SupervisorRules : IAsyncDisposable
{
    private readonly StockService _stock = new();

    public ValueTask DisposeAsync() => _stock.DisposeAsync();

    [Fact]
    public async Task Warns_of_what_is_away_and_logs_an_error_of_what_is_not_planned_for()
    {
        await _stock.StartAsync();
        Assert.Equal(LogLevel.Warning, await LevelOfAsync(new TransportUnavailableException("The broker is away.")));
        Assert.Equal(LogLevel.Warning, await LevelOfAsync(new RetryLaterException("A replay was interrupted.")));
        Assert.Equal(LogLevel.Error, await LevelOfAsync(new InvalidOperationException("A broken invariant.")));
    }

    private async Task<LogLevel> LevelOfAsync(Exception failure)
    {
        var log = new Levels();
        var supervisor = new Supervisor(_stock.Service.Store, TimeProvider.System, new MessagingHealth(), log);
        using var stop = new CancellationTokenSource();
        var runs = 0;
        await supervisor.KeepRunningAsync("part", async _ =>
        {
            if (++runs == 1) throw failure;
            await stop.CancelAsync();
        }, stop.Token);
        return Assert.Single(log.Seen);
    }

    private sealed class Levels : ILogger<Supervisor>
    {
        public List<LogLevel> Seen { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => Seen.Add(logLevel);
    }
}
