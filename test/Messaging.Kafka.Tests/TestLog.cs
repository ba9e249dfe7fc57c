using Microsoft.Extensions.Logging;
using Xunit;

namespace Tessera.Messaging.Kafka.Tests;

/// <summary>Logs to the output of the test that runs.</summary>
internal sealed class TestLog : ILoggerProvider, ILogger
{
    public static readonly ILoggerFactory Factory = LoggerFactory.Create(
        logging => logging.SetMinimumLevel(LogLevel.Information).AddProvider(new TestLog()));

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state,
        Exception? exception, Func<TState, Exception?, string> formatter)
    {
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
