using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Tessera.Messaging;
using Tessera.Messaging.EntityFramework;
using Tessera.ServiceDefaults;
using Tessera.Users.Guests;
using Tessera.Users.Links;
using Tessera.Users.Passkeys;
using Tessera.Users.Sessions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Tessera.Users;

/// <summary>Removes what need not be remembered any more: expired and revoked tokens, sessions and links that are
/// over, failed sign-ins of long ago, and guests.</summary>
internal sealed partial class PruneTokens(
    IServiceScopeFactory scopes, IOptions<UsersOptions> options, TimeProvider clock, ILogger<PruneTokens> logger)
    : BackgroundService
{
    // A day longer than needed: clocks differ, and who looks for a fault wants to see what was.
    private static readonly TimeSpan keptFor = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.PruneInterval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
                await work.BeginAsync(stoppingToken);
                await PruneIssuedAsync(
                    scope.ServiceProvider.GetRequiredService<UsersDb>(), work,
                    (clock.GetUtcNow() - keptFor).UtcDateTime, stoppingToken);
                work.Enqueue(
                    "delete from ended_sign_ins where ended_at < $1", clock.GetUtcNow() - (2 * EndedSignIns.KeptFor));
                scope.ServiceProvider.GetRequiredService<SessionStore>().Prune();
                scope.ServiceProvider.GetRequiredService<OneTimeLinks>().Prune();
                scope.ServiceProvider.GetRequiredService<PasskeyStore>().Prune();
                await work.CommitAsync(stoppingToken);
                await scope.ServiceProvider.GetRequiredService<SignInFailures>().PruneAsync(stoppingToken);
                await scope.ServiceProvider.GetRequiredService<PacePolling>().PruneAsync(stoppingToken);
                await scope.ServiceProvider.GetRequiredService<ForgetGuests>().RunAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                Log.Failed(logger, failure); // The next round tries again; nothing depends on it.
            }
        }
    }

    /// <summary>Not the token server's own way: by that a redeemed token goes by its age, and one that comes again is
    /// not known then for one that was stolen. It is kept until nobody could use it any more.</summary>
    private static async Task PruneIssuedAsync(UsersDb issued, UnitOfWork work, DateTime before, CancellationToken stop)
    {
        await issued.JoinAsync(work, stop);
        await issued.Tokens
            .Where(row => row.ExpirationDate < before || (row.Status == Statuses.Revoked && row.CreationDate < before))
            .ExecuteDeleteAsync(stop);
        await issued.Authorizations
            .Where(row => row.CreationDate < before && row.Tokens.Count == 0
                && (row.Status != Statuses.Valid || row.Type == AuthorizationTypes.AdHoc))
            .ExecuteDeleteAsync(stop);
    }

    private static partial class Log
    {
        [LoggerMessage(320, LogLevel.Warning, "Old tokens were not removed this time")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
