using Microsoft.Extensions.DependencyInjection;
using Tessera.Messaging;

namespace Tessera.MessagingDefaults;

/// <summary>What is done once to the rows of a database, by code: a schema script writes the step's name into
/// <c>pending_steps</c>, and the first process that starts then does it and takes the name out, in one
/// transaction.</summary>
public abstract class PendingStep(IServiceScopeFactory scopes, string name) : IPrepareDatabase
{
    public async Task PrepareAsync(CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(stop);
        // Another replica that does the step now holds the line; when it is done there is none.
        if (await work.ExecuteAsync("delete from pending_steps where name = $1", [name], stop) == 1)
            await ApplyAsync(work, stop);
        await work.CommitAsync(stop);
    }

    /// <summary>Changes the rows within the transaction.</summary>
    protected abstract Task ApplyAsync(UnitOfWork work, CancellationToken stop);
}
