using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MimeKit;
using Tessera.Messaging;
using Tessera.Messaging.Hosting;

namespace Tessera.MailDefaults;

/// <summary>Writes and sends what is queued, one mail after the other. Each step is a transaction of its own: after a
/// crash the next one goes on with the same mail under the same Message-Id.</summary>
internal sealed partial class SendMails(
    IServiceScopeFactory scopes, IMailSender sender, MailSignal signal, MessagingHealth health,
    IDataProtectionProvider protection, IOptions<MailOptions> options, TimeProvider clock, ILogger<SendMails> logger)
    : BackgroundService
{
    private static readonly TimeSpan retryDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan retryDelayMax = TimeSpan.FromMinutes(30);
    private const int DoublingsMax = 12;

    // A server that answers byte by byte would hold up all mail, and another replica would send this one too.
    private const double PartForSending = 0.75;
    private readonly IDataProtector _seal = protection.CreateProtector("mails");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        EndlessLoop.RunAsync("Sending mail", RunAsync, clock, logger, stoppingToken);

    private async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            if (!health.IsDatabasePrepared || !await TrySendOneAsync(stop)) await signal.WaitAsync(stop);
        }
    }

    /// <summary>False when nothing is due.</summary>
    internal async Task<bool> TrySendOneAsync(CancellationToken stop)
    {
        var aheadMax = sender.TakesAtMost > retryDelayMax ? sender.TakesAtMost : retryDelayMax;
        if (await InScopeAsync(queue => queue.FindDueAsync(aheadMax, stop)) is not { } mail) return false;
        if (!await TryTakeAsync(mail, stop)) return true; // Another replica sends it.
        if (mail.QueuedAt + options.Value.GiveUpAfter < clock.GetUtcNow())
        {
            Log.GivenUp(logger, mail.Kind, mail.Id);
            await ChangeAsync((queue, _) => { queue.Remove(mail.Id); return Task.CompletedTask; }, stop);
            return true;
        }
        using var patience = new CancellationTokenSource(sender.TakesAtMost * PartForSending, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        try
        {
            if ((mail.Sealed ?? await WriteAsync(mail, either.Token)) is not { } written) return true;
            using var text = new MemoryStream(_seal.Unprotect(Convert.FromBase64String(written)));
            await sender.SendAsync(mail.Id, await MimeMessage.LoadAsync(text, either.Token), either.Token);
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            var reason = patience.IsCancellationRequested ? "It took too long." : failure.Message;
            Log.Failed(logger, mail.Kind, mail.Id, reason);
            var delay = retryDelay * Math.Pow(2, Math.Min(mail.Tries, DoublingsMax));
            await ChangeAsync((queue, _) =>
            {
                queue.Retry(mail, delay < retryDelayMax ? delay : retryDelayMax);
                return Task.CompletedTask;
            }, stop);
            return true;
        }
        await ChangeAsync((queue, _) => { queue.Remove(mail.Id); return Task.CompletedTask; }, stop);
        return true;
    }

    /// <summary>The sealed mail; null when there is nobody to tell anything.</summary>
    private async Task<string?> WriteAsync(QueuedMail mail, CancellationToken stop)
    {
        string? written = null;
        await ChangeAsync(async (queue, services) =>
        {
            var message = await services.GetRequiredService<IWriteMail>().TryAsync(mail, stop);
            if (message is null)
            {
                queue.Remove(mail.Id);
                return;
            }
            using var text = new MemoryStream();
            await message.WriteToAsync(text, stop);
            written = Convert.ToBase64String(_seal.Protect(text.ToArray()));
            queue.Keep(mail, written); // With its link, in one commit.
        }, stop);
        return written;
    }

    private async Task<bool> TryTakeAsync(QueuedMail mail, CancellationToken stop)
    {
        var taken = false;
        await ChangeAsync(async (queue, _) => taken = await queue.TryTakeAsync(mail, sender.TakesAtMost, stop), stop);
        return taken;
    }

    private async Task<T> InScopeAsync<T>(Func<MailQueue, Task<T>> ask)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await ask(scope.ServiceProvider.GetRequiredService<MailQueue>());
    }

    private async Task ChangeAsync(Func<MailQueue, IServiceProvider, Task> change, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(stop);
        await change(scope.ServiceProvider.GetRequiredService<MailQueue>(), scope.ServiceProvider);
        await work.CommitAsync(stop);
    }

    private static partial class Log
    {
        [LoggerMessage(330, LogLevel.Warning, "The mail {Kind} {Id} was not sent and is tried again: {Reason}")]
        public static partial void Failed(ILogger logger, string kind, Guid id, string reason);

        [LoggerMessage(331, LogLevel.Error, "The mail {Kind} {Id} could not be sent and is given up")]
        public static partial void GivenUp(ILogger logger, string kind, Guid id);
    }
}
