using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Tessera.Messaging;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Tessera.Users.Applications;

/// <summary>What a person has allowed the clients that are not the store's own: for good at the page that asks, or for
/// one sign-in on a device.</summary>
internal sealed class AllowedApplications(UsersDb tokenServer, EndTokens tokens, UnitOfWork work)
{
    public async Task<List<AllowedApplication>> ListAsync(Guid user, CancellationToken stop)
    {
        var subject = user.ToString("D");
        var rows = await tokenServer.Authorizations.AsNoTracking()
            .Where(row => row.Subject == subject && row.Status == Statuses.Valid
                && row.Application!.ConsentType == ConsentTypes.Explicit)
            .Select(row => new { row.Application!.ClientId, row.Application.DisplayName, row.Scopes, row.CreationDate })
            .ToListAsync(stop);
        return
        [
            .. rows.GroupBy(row => row.ClientId!).Select(of => new AllowedApplication(
                of.Key, of.First().DisplayName ?? of.Key,
                [.. of.SelectMany(row => JsonSerializer.Deserialize<string[]>(row.Scopes ?? "[]")!).Distinct()],
                of.Min(row => row.CreationDate) is { } at
                    ? new DateTimeOffset(DateTime.SpecifyKind(at, DateTimeKind.Utc))
                    : null)).OrderBy(each => each.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>The client must ask anew, and what it has is refused everywhere within a second. One that the person
    /// has allowed nothing is as good.</summary>
    public async Task WithdrawAsync(Guid user, string client, CancellationToken stop)
    {
        await work.BeginAsync(stop);
        await tokens.OfConsentAsync(user, client, stop);
        await work.CommitAsync(stop);
    }
}

internal sealed record AllowedApplication(
    string Client, string Name, ImmutableArray<string> Scopes, DateTimeOffset? AllowedAt);
