using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Tessera.Messaging.EntityFramework;

/// <summary>EF Core in the service's unit of work.</summary>
public static class MessagingDbContextExtensions
{
    /// <summary>
    /// Adds a scoped <typeparamref name="TContext"/> over the service's own database, the one
    /// that the messaging store is in.
    /// </summary>
    /// <remarks>
    /// While the scope's <see cref="UnitOfWork"/> is begun, as it is in every handler, the context works inside its
    /// transaction; it neither commits nor rolls it back. Otherwise it reads on a connection of its own, and each
    /// <c>SaveChangesAsync</c> is a unit of work: its rows and the events of
    /// <see cref="Publish{TEvent}(DbContext, TEvent)"/> commit together and the relay is woken. On SQLite this waits
    /// for its turn among the writers, as every unit of work does. Savepoints are off: each would be a round trip.
    /// </remarks>
    /// <param name="configure">Names the provider and the same database as the store's: <c>UseSqlite</c> with
    /// its file, or <c>UseNpgsql</c> with its data source. Do not enable the provider's retries: a unit of work
    /// cannot be re-run in part.</param>
    public static IServiceCollection AddMessagingDbContext<TContext>(
        this IServiceCollection services, Action<IServiceProvider, DbContextOptionsBuilder> configure)
        where TContext : DbContext
    {
        services.AddScoped(scope =>
        {
            var context = ActivatorUtilities.CreateInstance<TContext>(scope);
            context.Database.AutoSavepointsEnabled = false;
            var work = scope.GetRequiredService<UnitOfWork>();
            if (work.IsBegun) SaveInUnitOfWork.Of(context).Join(context, work);
            return context;
        });
        services.AddDbContext<TContext>((scope, options) =>
        {
            configure(scope, options);
            options.ReplaceService<IDatabase, CommitBeforeAccepting>();
            options.AddInterceptors(new SaveInUnitOfWork(
                scope.GetRequiredService<UnitOfWork>(), scope.GetRequiredService<IServiceScopeFactory>()));
        });
        return services;
    }

    /// <summary>
    /// Stores an event in the outbox together with what the context saves: in the transaction of the next
    /// <c>SaveChangesAsync</c>, or, in a handler, in that of the batch. Registered with <c>Publishes</c> as for
    /// <see cref="UnitOfWork.Publish{TEvent}"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The context was not added with
    /// <see cref="AddMessagingDbContext{TContext}"/>.</exception>
    public static void Publish<TEvent>(this DbContext context, TEvent message) where TEvent : class =>
        SaveInUnitOfWork.Of(context).Publish(work => work.Publish(message));

    /// <summary>
    /// Has a context that was made before <see cref="UnitOfWork.BeginAsync"/> work inside that transaction from now on,
    /// with its reads too. Saving does so by itself.
    /// </summary>
    public static async Task JoinAsync(this DbContext context, UnitOfWork work, CancellationToken stop)
    {
        await work.FlushAsync(stop).ConfigureAwait(false);
        SaveInUnitOfWork.Of(context).Join(context, work);
    }
}
