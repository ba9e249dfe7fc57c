using Npgsql;
using Tessera.Cli.Servers;

namespace Tessera.Cli.Up;

/// <summary>Gives a service another password of its database while it runs: old and new hold until each of its
/// processes has the new one, then the old one ends. One that failed half way is gone on with the next time: some
/// processes have its password, and another one would lock them out.</summary>
/// <param name="administrator">The login of whoever may change roles; null where up has started no server.</param>
internal sealed class ChangeDatabasePassword(RunFolder folder, ReplaceProcess process, string? administrator)
{
    public async Task RunAsync(IReadOnlyList<InstanceState> instances, CancellationToken stop)
    {
        var service = instances[0].Service;
        if (folder.ReadDatabases()?.GetValueOrDefault(service) is not { } old
            || administrator is null)
        {
            throw new UserError(
                $"{service} has no database in a PostgreSQL that up has started. Where it has one elsewhere, give it " +
                "a second role there, and: tessera replace SERVICE --set Database:ConnectionString=@FILE");
        }
        try
        {
            var next = await BegunAsync(service, stop)
                ?? await new SecondRole(administrator, old).OpenOtherAsync(stop);
            await TryAsync(next, stop);
            folder.WriteBegunDatabaseOf(service, next);
            folder.WriteDatabaseOf(service, next);
            try
            {
                foreach (var instance in instances)
                {
                    await process.RunAsync(instance, Change.OfSettings(new Dictionary<string, string>()), stop);
                    Console.WriteLine($"{instance.Name} has the new password.");
                }
            }
            catch
            {
                // Both hold still: who has the new one keeps it until its next start.
                folder.WriteDatabaseOf(service, old);
                throw;
            }
            await new SecondRole(administrator, next).CloseAsync(stop);
            folder.WriteBegunDatabaseOf(service, null);
        }
        catch (NpgsqlException refused)
        {
            throw new UserError($"PostgreSQL did not change the password of {service}: {refused.Message}");
        }
        Console.WriteLine($"The old password of {service} is refused from now on.");
    }

    /// <summary>The login of a change that has not ended, if it still holds: the next start of the store ends it too.
    /// </summary>
    private async Task<string?> BegunAsync(string service, CancellationToken stop)
    {
        if (folder.ReadBegunDatabaseOf(service) is not { } begun) return null;
        try
        {
            await TryAsync(begun, stop);
            return begun;
        }
        catch (PostgresException)
        {
            return null;
        }
    }

    /// <summary>Before a process depends on it.</summary>
    private static async Task TryAsync(string login, CancellationToken stop)
    {
        await using var connection = new NpgsqlConnection(login + ";Pooling=false");
        await connection.OpenAsync(stop);
    }
}
