using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Tessera.Messaging.EntityFramework;

/// <summary>Puts every save of one context into a unit of work: the scope's, when it is begun,
/// else one of its own.</summary>
internal sealed class SaveInUnitOfWork(UnitOfWork scoped, IServiceScopeFactory scopes) : SaveChangesInterceptor
{
    private readonly List<Action<UnitOfWork>> _events = [];
    private AsyncServiceScope? _own;
    private UnitOfWork? _joined;
    private string? _connectionString;

    public static SaveInUnitOfWork Of(DbContext context) =>
        context.GetService<IDbContextOptions>().FindExtension<CoreOptionsExtension>()?.Interceptors?
            .OfType<SaveInUnitOfWork>().SingleOrDefault()
        ?? throw new InvalidOperationException(
            $"{context.GetType()} takes no part in units of work: " +
            $"register it with AddMessagingDbContext<{context.GetType().Name}>(…).");

    public void Publish(Action<UnitOfWork> publish)
    {
        ThrowIfLost();
        // In a transaction that is open the event is part of it at once: it may commit without another save.
        if (_joined is { IsBegun: true } work) publish(work);
        else if (scoped.IsBegun) publish(scoped);
        else _events.Add(publish);
    }

    public void Join(DbContext context, UnitOfWork work)
    {
        if (_joined == work) return;
        _connectionString = context.Database.GetConnectionString();
        context.Database.SetDbConnection(work.Connection);
        context.Database.UseTransaction(work.Transaction);
        _joined = work;
        if (_own is null) work.AfterCommit(() => Leave(context));
    }

    public override InterceptionResult<int> SavingChanges(
        DbContextEventData eventData, InterceptionResult<int> result) =>
        throw new NotSupportedException(
            "A unit of work waits for its database without holding a thread: call SaveChangesAsync.");

    public override async ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        var context = eventData.Context!;
        ThrowIfLost();
        if (_joined is { IsBegun: true } || scoped.IsBegun)
        {
            var work = _joined is { IsBegun: true } ? _joined : scoped;
            await work.FlushAsync(cancellationToken).ConfigureAwait(false); // What was queued before comes before.
            Join(context, work);
            return result;
        }
        if (context.Database.CurrentTransaction is not null)
        {
            if (_events.Count == 0) return result;
            throw new InvalidOperationException(
                "Events were published, but the transaction that is open is not a unit of work's: " +
                "they would not be sent after its commit. Begin a UnitOfWork instead of a transaction of EF Core.");
        }
        if (_events.Count > 0 || context.ChangeTracker.HasChanges())
            await BeginAsync(context, cancellationToken).ConfigureAwait(false);
        return result;
    }

    public override async ValueTask<int> SavedChangesAsync(
        SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        if (_own is null) return result;
        if (_joined!.IsBegun) await CommitOwnAsync(cancellationToken).ConfigureAwait(false); // Events without any row.
        await EndAsync(eventData.Context!).ConfigureAwait(false);
        return result;
    }

    /// <summary>Rolls back. The events stay for another try, as the changes do.</summary>
    public override async Task SaveChangesFailedAsync(
        DbContextErrorEventData eventData, CancellationToken cancellationToken = default) =>
        await EndAsync(eventData.Context!).ConfigureAwait(false);

    /// <inheritdoc cref="SaveChangesFailedAsync"/>
    public override async Task SaveChangesCanceledAsync(
        DbContextEventData eventData, CancellationToken cancellationToken = default) =>
        await EndAsync(eventData.Context!).ConfigureAwait(false);

    /// <summary>Commits the unit of work that this save has begun, with the events; nothing in another's.</summary>
    public async Task CommitOwnAsync(CancellationToken stop)
    {
        if (_own is null) return;
        foreach (var publish in _events) publish(_joined!);
        await _joined!.CommitAsync(stop).ConfigureAwait(false);
        _events.Clear();
    }

    private async Task BeginAsync(DbContext context, CancellationToken stop)
    {
        _own = scopes.CreateAsyncScope();
        var work = _own.Value.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(stop).ConfigureAwait(false);
        await work.FlushAsync(stop).ConfigureAwait(false); // Takes the connection without holding the thread.
        Join(context, work);
    }

    private async Task EndAsync(DbContext context)
    {
        if (_own is not { } own) return;
        _own = null;
        Leave(context);
        await own.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>A unit of work that ended without leaving has not committed. What the context saved in it counts as
    /// saved and is not, so nothing that follows would fit the database.</summary>
    private void ThrowIfLost()
    {
        if (_own is not null || _joined is null or { IsBegun: true }) return;
        throw new InvalidOperationException(
            "The unit of work that this context saved in did not commit. Begin again with a new scope.");
    }

    /// <summary>The context goes back to a connection of its own, which it makes when it needs one.</summary>
    private void Leave(DbContext context)
    {
        if (_joined is null) return;
        _joined = null;
        context.Database.UseTransaction(null);
        context.Database.SetDbConnection(null);
        if (string.IsNullOrEmpty(context.Database.GetConnectionString()))
        {
            context.Database.SetConnectionString(_connectionString);
        }
    }
}
