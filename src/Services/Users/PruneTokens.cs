using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using Tessera.Messaging;
using Tessera.Users.Guests;
using Tessera.Users.Links;
using Tessera.Users.Passkeys;
using Tessera.Users.Sessions;

namespace Tessera.Users;

/// <summary>Removes what need not be remembered any more: expired and revoked tokens, sessions and links that are
/// over, failed sign-ins of long ago, and guests.</summary>
internal sealed partial class PruneTokens(
    IServiceScopeFactory scopes, IOptions<UsersOptions> options, TimeProvider clock, ILogger<PruneTokens> logger)
    : BackgroundService
{
    // A day longer than needed, so that the reuse of a rotated token is still recognised as such.
    private static readonly TimeSpan keptFor = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.PruneInterval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                var before = clock.GetUtcNow() - keptFor;
                await scope.ServiceProvider.GetRequiredService<IOpenIddictTokenManager>()
                    .PruneAsync(before, stoppingToken);
                await scope.ServiceProvider.GetRequiredService<IOpenIddictAuthorizationManager>()
                    .PruneAsync(before, stoppingToken);
                var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
                await work.BeginAsync(stoppingToken);
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

    private static partial class Log
    {
        [LoggerMessage(320, LogLevel.Warning, "Old tokens were not removed this time")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
