using Microsoft.Extensions.Hosting;

namespace Tessera.PageDefaults;

/// <summary>Removes the sessions that have ended by themselves, and forms that nobody came back for. Most visitors
/// never sign out, and guests never do.</summary>
internal sealed class SweepSessions(
    SessionFiles sessions, TypedForms typed, TimeProvider clock, ILogger<SweepSessions> log) : BackgroundService
{
    private static readonly TimeSpan interval = TimeSpan.FromHours(1);

    /// <summary>So long that no clock of a machine beside this one makes a session look old that is in use.</summary>
    private static readonly TimeSpan margin = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        do
        {
            try
            {
                sessions.RemoveUnusedSince(clock.GetUtcNow() - SessionSetup.SessionTime - margin);
                typed.RemoveOld();
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                log.LogWarning("Sessions that have ended were not removed: {Why}", unreadable.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
