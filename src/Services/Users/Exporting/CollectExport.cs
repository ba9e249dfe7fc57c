using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Tessera.Messaging.Store;
using Tessera.Users.Contracts;
using Tessera.Users.Passkeys;
using Tessera.Users.Sessions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Tessera.Users.Exporting;

/// <summary>Asks every service what it keeps of a person. All of it or nothing: whoever reads the file must not take
/// what a service did not answer for what it does not keep.</summary>
internal sealed partial class CollectExport(
    AccountStore accounts, SessionStore sessions, PasskeyStore passkeys, IDatabase database,
    UsersDb tokenServer, MintToken mint, ExportTurns turns, IEnumerable<ExportSource> sources,
    IOptions<UsersOptions> options, TimeProvider clock, ILogger<CollectExport> logger)
{
    /// <summary>What a token must have been given for, since the export holds what these give.</summary>
    public static readonly IReadOnlyList<string> ScopesNeeded =
        [ServiceDefaults.Scopes.UsersRead, ServiceDefaults.Scopes.OrdersRead, ServiceDefaults.Scopes.PaymentsRead,
            ServiceDefaults.Scopes.InventoryRead, "baskets.read"];

    // For the questions of one export.
    private static readonly TimeSpan tokenLifetime = TimeSpan.FromMinutes(2);

    public async Task<ExportOutcome> TryAsync(Guid user, Guid? session, CancellationToken stop)
    {
        if (await accounts.FindAsync(user, stop) is not { } account) return new ExportOutcome.Gone();
        using var turn = turns.TryTake();
        if (turn is null) return new ExportOutcome.Busy();
        var token = mint.Of(account, Guid.NewGuid(), "export", ScopesNeeded, tokenLifetime);
        var answers = await Task.WhenAll(sources.Where(source => source.Concerns(account)).Select(async source =>
            (source.Service, Answer: await source.ReadAsync(token, options.Value.ExportItemsMax, stop))));
        var services = new SortedDictionary<string, ServiceExport>(StringComparer.Ordinal);
        foreach (var (service, answer) in answers)
        {
            if (answer is SourceAnswer.Away(var why))
            {
                Log.Away(logger, service, why);
                return new ExportOutcome.Away(service);
            }
            var read = (SourceAnswer.Read)answer;
            services[service] = new ServiceExport(read.Items, read.IsComplete);
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
            await AllowedClientsAsync(user, stop),
            await database.QueryAsync(
                "select issued_at, operator_id, note from acting_tokens where user_id = $1 order by issued_at",
                [user], row => new ActedForView(row.GetTime(0), row.GetGuid(1), row.GetStringOrNull(2)), stop),
            services));
    }

    private async Task<IReadOnlyList<AllowedClientView>> AllowedClientsAsync(Guid user, CancellationToken stop)
    {
        var subject = user.ToString("D");
        var rows = await tokenServer.Authorizations.AsNoTracking()
            .Where(row => row.Subject == subject && row.Type == AuthorizationTypes.Permanent
                && row.Status == Statuses.Valid)
            .Select(row => new { row.Application!.DisplayName, row.Scopes, row.CreationDate })
            .ToListAsync(stop);
        return rows.ConvertAll(row => new AllowedClientView(
            row.DisplayName ?? "",
            System.Text.Json.JsonSerializer.Deserialize<string[]>(row.Scopes ?? "[]") ?? [],
            row.CreationDate is { } at ? new DateTimeOffset(DateTime.SpecifyKind(at, DateTimeKind.Utc)) : null));
    }

    private static partial class Log
    {
        [LoggerMessage(340, LogLevel.Warning, "No export was made, because {Service} did not answer: {Reason}")]
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
