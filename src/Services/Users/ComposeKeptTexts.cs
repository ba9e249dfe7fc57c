using Tessera.Messaging;
using Tessera.MessagingDefaults;

namespace Tessera.Users;

/// <summary>Emails and references of customers that were stored before texts were composed. Where both forms have an
/// account, the composed one keeps the address, and the other one stays as it is: nobody can tell whether they are one
/// person's.</summary>
internal sealed partial class ComposeKeptTexts(IServiceScopeFactory scopes, ILogger<ComposeKeptTexts> logger)
    : PendingStep(scopes, "compose-emails-and-references")
{
    protected override async Task ApplyAsync(UnitOfWork work, CancellationToken stop)
    {
        await ComposeAsync(work, "users", "email", "id", EmailAddress.Normalize, stop);
        await ComposeAsync(work, "customer_references", "reference", "user_id", ComposedText.Compose, stop);
    }

    private async Task ComposeAsync(
        UnitOfWork work, string table, string column, string id, Func<string, string> compose, CancellationToken stop)
    {
        var rows = await work.QueryAsync(
            $"select {id}, {column} from {table} where {column} is not null", [],
            row => (User: row.GetGuid(0), Text: row.GetString(1)), stop);
        var taken = rows.Select(row => row.Text).ToHashSet(StringComparer.Ordinal);
        foreach (var (user, text) in rows)
        {
            var composed = compose(text);
            if (composed == text) continue;
            if (taken.Add(composed))
                work.EnqueueOne($"update {table} set {column} = $2 where {column} = $1", text, composed);
            else
                Log.IsTaken(logger, column, user);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            301, LogLevel.Warning, "The {Column} of user {User} looks like another one's and is not found any more")]
        public static partial void IsTaken(ILogger logger, string column, Guid user);
    }
}
