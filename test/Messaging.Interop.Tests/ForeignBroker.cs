using Xunit;

namespace Tessera.Messaging.Interop.Tests;

/// <summary>One broker as other people's clients see it.</summary>
public abstract class ForeignBroker : IAsyncLifetime
{
    /// <summary>What stands before the name of an attribute in binary mode, by the CloudEvents binding.</summary>
    public abstract string AttributePrefix { get; }

    /// <summary>Skips the test when the broker or the foreign client cannot be had.</summary>
    public abstract void Require();

    /// <summary>Configures our services for this broker.</summary>
    public abstract void Use(MessagingBuilder messages);

    /// <summary>Called once the streams are declared and before anything is published, for clients that only
    /// see what comes later.</summary>
    public virtual Task ListenAsync() => Task.CompletedTask;

    /// <summary>Everything that the foreign client sees in the stream.</summary>
    internal abstract Task<IReadOnlyList<ForeignMessage>> ReadAsync();

    /// <summary>Publishes with the foreign client; headers as given.</summary>
    internal abstract Task PublishAsync(int partition, ForeignMessage message);

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}

/// <summary>A message as the foreign client shows it: its headers (or fields) by their full names.</summary>
internal sealed record ForeignMessage(
    IReadOnlyDictionary<string, string> Headers, string? Key, string ContentType, string Body);
