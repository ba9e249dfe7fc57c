using Microsoft.Extensions.Logging;

namespace Tessera.Messaging.Kafka.Tests;

/// <summary>Waits for one line of the log, known by its number; passes every line on to the test's output.</summary>
internal sealed class AwaitLine(int number) : ILoggerProvider, ILogger
{
    private readonly TaskCompletionSource<EventId> _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<EventId> Written => _written.Task;

    public ILoggerFactory Factory() => LoggerFactory.Create(logging => logging.AddProvider(this));

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state,
        Exception? exception, Func<TState, Exception?, string> formatter)
    {
        TestLog.Factory.CreateLogger("").Log(logLevel, eventId, state, exception, formatter);
        if (eventId.Id == number) _written.TrySetResult(eventId);
    }

    public void Dispose()
    {
    }
}
