using Microsoft.Extensions.Logging;
using Xunit;

namespace Tessera.Messaging.Kafka.Tests;

/// <summary>Logs to the output of the test that runs, and can be waited for.</summary>
/// <param name="awaited">The number of the line that is waited for.</param>
internal sealed class TestLog(int awaited = 0) : ILoggerProvider, ILogger
{
    public static readonly ILoggerFactory Factory = new TestLog().NewFactory();

    private readonly TaskCompletionSource<EventId> _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the line that is waited for is written.</summary>
    public Task<EventId> Written => _written.Task;

    public ILoggerFactory NewFactory() => LoggerFactory.Create(
        logging => logging.SetMinimumLevel(LogLevel.Information).AddProvider(this));

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state,
        Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (awaited != 0 && eventId.Id == awaited) _written.TrySetResult(eventId);
        try
        {
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {logLevel} {formatter(state, exception)} {exception}");
        }
        catch (InvalidOperationException)
        {
            // The test has ended; a client's thread still had something to say.
        }
    }

    public void Dispose()
    {
    }
}
