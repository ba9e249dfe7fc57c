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
    private bool _saves;
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
        if (_saves) return; // Its own: published with its commit, so that they stay for another try if it fails.
        work.AfterCommit(() => Leave(context));
        foreach (var publish in _events) publish(work);
        _events.Clear();
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
        return result;
    }

    /// <summary>Events without any row: nothing of the context had to be saved.</summary>
    public override async ValueTask<int> SavedChangesAsync(
        SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        if (_events.Count > 0)
        {
            await SaveAsync(eventData.Context!, static () => Task.FromResult(0), cancellationToken)
                .ConfigureAwait(false);
        }
        return result;
    }

    /// <summary>
    /// Runs the statements of a save in a unit of work of its own and commits it, with the events; in the one that is
    /// begun, or in a transaction of the caller's, it only runs them. If anything fails it rolls back, and the events
    /// stay for another try, as the changes do.
    /// </summary>
    /// <remarks>
    /// It begins and ends here and not in <see cref="SavingChangesAsync"/>: what fails between that and the
    /// first statement (another interceptor, a key that was changed) is told to no interceptor, so the unit of work
    /// would never end, and on SQLite no other would ever have its turn.
    /// </remarks>
    public async Task<int> SaveAsync(DbContext context, Func<Task<int>> save, CancellationToken stop)
    {
        if (context.Database.CurrentTransaction is not null) return await save().ConfigureAwait(false);
        var own = scopes.CreateAsyncScope();
        await using (own.ConfigureAwait(false))
        {
            var work = own.ServiceProvider.GetRequiredService<UnitOfWork>();
            _saves = true;
            try
            {
                await work.BeginAsync(stop).ConfigureAwait(false);
                await work.FlushAsync(stop).ConfigureAwait(false); // Takes the connection without holding the thread.
                Join(context, work);
                var saved = await save().ConfigureAwait(false);
                foreach (var publish in _events) publish(work);
                await work.CommitAsync(stop).ConfigureAwait(false);
                _events.Clear();
                return saved;
            }
            finally
            {
                _saves = false;
                Leave(context);
            }
        }
    }

    /// <summary>A unit of work that ended without leaving has not committed. What the context saved in it counts as
    /// saved and is not, so nothing that follows would fit the database.</summary>
    private void ThrowIfLost()
    {
        if (_saves || _joined is null or { IsBegun: true }) return;
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
