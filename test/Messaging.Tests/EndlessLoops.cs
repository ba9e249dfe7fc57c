using Microsoft.Extensions.Logging;
using Tessera.Messaging.Hosting;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Tests;

public sealed class EndlessLoops
{
    [Fact]
    public async Task Whatever_ends_a_loop_is_logged_and_it_begins_anew_until_it_is_told_to_stop()
    {
        using var stop = new CancellationTokenSource();
        var (log, failures, begun) = (new ErrorLog(), new List<Exception?>(), 0);
        var runs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var running = EndlessLoop.RunAsync("Counting", LoopAsync, TimeProvider.System, log, stop.Token, failures.Add);
        await runs.Task.WithinAsync(Eventually.Bound, TestContext.Current.CancellationToken);
        Assert.False(running.IsCompleted);
        await stop.CancelAsync();
        await running.WithinAsync(Eventually.Bound, TestContext.Current.CancellationToken);

        Assert.Equal(["Thrown at once.", "Thrown later.", "It ended by itself.", "A task was canceled."],
            failures.Select(failure => failure!.Message));
        Assert.Equal(failures, log.Failures);

        async Task LoopAsync(CancellationToken token)
        {
            switch (++begun)
            {
                case 1:
                    throw new InvalidOperationException("Thrown at once.");
                case 2:
                    await Task.Yield();
                    throw new InvalidOperationException("Thrown later.");
                case 3:
                    return;
                case 4:
                    throw new TaskCanceledException(); // Of a token of its own: nobody has stopped the loop.
                default:
                    runs.TrySetResult();
                    await Task.Delay(Timeout.Infinite, token);
                    break;
            }
        }
    }

    private sealed class ErrorLog : ILogger
    {
        public List<Exception?> Failures { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state,
            Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Assert.Equal(LogLevel.Error, logLevel);
            Assert.Contains("Counting", formatter(state, exception), StringComparison.Ordinal);
            Failures.Add(exception);
        }
    }
}
