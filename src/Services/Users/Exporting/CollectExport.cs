using Microsoft.Extensions.Options;
using Tessera.Messaging.Store;
using Tessera.Users.Applications;
using Tessera.Users.Contracts;
using Tessera.Users.Passkeys;
using Tessera.Users.Sessions;

namespace Tessera.Users.Exporting;

/// <summary>Asks every service what it keeps of a person. All that was asked for or nothing: whoever reads the file
/// must not take what a service did not answer for what it does not keep.</summary>
internal sealed partial class CollectExport(
    AccountStore accounts, SessionStore sessions, PasskeyStore passkeys, IDatabase database,
    AllowedApplications applications, MintToken mint, ExportTurns turns, IEnumerable<ExportSource> sources,
    IOptions<UsersOptions> options, TimeProvider clock, ILogger<CollectExport> logger)
{
    // For the questions of one export.
    private static readonly TimeSpan tokenLifetime = TimeSpan.FromMinutes(2);

    /// <param name="given">The scopes of the token that the export goes to; null for the person's own page.</param>
    public async Task<ExportOutcome> TryAsync(
        Guid user, Guid? session, IReadOnlyCollection<string>? given, CancellationToken stop)
    {
        if (await accounts.FindAsync(user, stop) is not { } account) return new ExportOutcome.Gone();
        using var turn = turns.TryTake();
        if (turn is null) return new ExportOutcome.Busy();
        var concerned = sources.Where(source => source.Concerns(account)).ToArray();
        var asked = concerned.Where(source => given?.Contains(source.Scope) != false).ToArray();
        var token = mint.Of(
            account, Guid.NewGuid(), "export", [.. asked.Select(source => source.Scope).Distinct()], tokenLifetime);
        var answers = await Task.WhenAll(asked.Select(async source =>
            (source, Answer: await source.ReadAsync(token, options.Value.ExportItemsMax, stop))));
        var services = new SortedDictionary<string, ServiceExport>(StringComparer.Ordinal);
        foreach (var source in concerned.Except(asked))
        {
            services[source.Service] = Missing(
                $"It was not asked: the token that the export was made for lacks the scope {source.Scope}.");
        }
        foreach (var (source, answer) in answers)
        {
            if (answer is SourceAnswer.Read(var items, var isComplete))
            {
                services[source.Service] = new ServiceExport(items, isComplete);
                continue;
            }
            Log.Away(logger, source.Service, ((SourceAnswer.Away)answer).Why);
            if (!source.IsDispensable) return new ExportOutcome.Away(source.Service);
            services[source.Service] = Missing("It did not answer. What it keeps is missing here.");
        }
        return new ExportOutcome.Made(new UserExport(
            clock.GetUtcNow(),
            account.ToView(await accounts.AddressesAsync(user, stop)),
            await database.QueryAsync(
                "select reference from customer_references where user_id = $1 order by reference",
                [user], row => row.GetString(0), stop),
            [.. (await sessions.ListAsync(user, stop)).Select(each => OwnSessions.ToView(each, session))],
            [
                .. (await passkeys.ListAsync(user, stop))
                    .Select(key => new PasskeyView(key.Name, key.MadeAt, key.UsedAt)),
            ],
            (await applications.ListAsync(user, stop)).ConvertAll(
                each => new AllowedClientView(each.Name, each.Scopes, each.AllowedAt)),
            await database.QueryAsync(
                "select issued_at, operator_id, note from acting_tokens where user_id = $1 order by issued_at",
                [user], row => new ActedForView(row.GetTime(0), row.GetGuid(1), row.GetStringOrNull(2)), stop),
            services));
    }

    private static ServiceExport Missing(string why) => new([], IsComplete: false, why);

    private static partial class Log
    {
        [LoggerMessage(340, LogLevel.Warning,
            "An export lacks the part of {Service}, which did not answer: {Reason}")]
        public static partial void Away(ILogger logger, string service, string reason);
    }
}

internal abstract record ExportOutcome
{
    public sealed record Made(UserExport Export) : ExportOutcome;

    public sealed record Gone : ExportOutcome;

    /// <summary>Others are being made.</summary>
    public sealed record Busy : ExportOutcome;

    public sealed record Away(string Service) : ExportOutcome;
}
