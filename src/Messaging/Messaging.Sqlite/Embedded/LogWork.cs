namespace Tessera.Messaging.Sqlite;

/// <summary>What a write is for, which decides what its commit waits for and whom it wakes.</summary>
internal enum LogWrite
{
    /// <summary>On the disk before it is acknowledged; readers are woken.</summary>
    Append,

    /// <summary>May be lost with the machine's power; listeners are woken.</summary>
    Signal,

    /// <summary>May be lost with the machine's power, which only repeats work; wakes nobody.</summary>
    Note,
}

/// <summary>One piece of a write transaction, and who waits for it.</summary>
internal abstract class LogWork(LogWrite kind)
{
    private volatile bool _abandoned;

    public LogWrite Kind { get; } = kind;

    /// <summary>Nobody waits any more; if it has not begun, it need not.</summary>
    public bool IsAbandoned => _abandoned;

    public void Abandon() => _abandoned = true;

    public abstract void Run(SqliteLink link);

    public abstract void Complete();

    public abstract void Fail(Exception failure);
}

internal sealed class LogWork<T>(LogWrite kind, Func<SqliteLink, T> work) : LogWork(kind)
{
    // Asynchronously: who waited must not go on with its own work on the writer's thread.
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _answer;

    public Task<T> Done => _done.Task;

    public override void Run(SqliteLink link) => _answer = work(link);

    public override void Complete() => _done.TrySetResult(_answer!);

    public override void Fail(Exception failure) => _done.TrySetException(failure);
}
