using Tessera.Messaging.Transport;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Conformance;

/// <summary>One broker to run the transport suites against: a class fixture of the bound suites.</summary>
public abstract class TransportBackend : IAsyncLifetime
{
    /// <summary>As it should stand in a report: <c>embedded</c>, <c>rabbitmq</c>, …</summary>
    public abstract string Name { get; }

    /// <summary>What the transport declares; the suites bind what it declares and no more.</summary>
    public abstract TransportFeatures Features { get; }

    /// <summary>Why the broker cannot be had here and how to get it; null when it is there.
    /// Asked after the start.</summary>
    public virtual string? Missing => null;

    /// <summary>Whether <see cref="RestartAsync"/> works: the broker is a process of its own.</summary>
    public virtual bool CanRestart => false;

    /// <summary>Whether <see cref="InterruptAsync"/> works.</summary>
    public virtual bool CanInterrupt => false;

    /// <summary>Whether <see cref="AbandonAsync"/> works.</summary>
    public virtual bool CanAbandon => false;

    /// <summary>A transport as another process of a service would have it: own connections, not started.</summary>
    public abstract ITransport NewTransport(TimeProvider? clock = null);

    /// <summary>A stream that no other test uses.</summary>
    public virtual string NewStreamName() => Some.Name("stream");

    /// <summary>Kills the broker without warning and starts it again on its data.</summary>
    public virtual Task RestartAsync() => throw new NotSupportedException();

    /// <summary>Makes the broker unreachable, or deaf, until disposed.</summary>
    public virtual Task<IAsyncDisposable> InterruptAsync() => throw new NotSupportedException();

    /// <summary>Ends the transport as the death of its process would: connections cut, nothing settled, given back or
    /// said. It is disposed later as well, which must not fail.</summary>
    public virtual Task AbandonAsync(ITransport transport) => throw new NotSupportedException();

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
