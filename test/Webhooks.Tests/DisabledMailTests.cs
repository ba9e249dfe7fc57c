using System.Net;
using System.Net.Sockets;
using MimeKit;
using Tessera.MailDefaults;
using Tessera.Messaging.Store;
using Tessera.Testing.Services;

namespace Tessera.Webhooks.Tests;

/// <summary>An endpoint that failed for long is disabled, and who can mend it hears of that by mail: once.</summary>
public sealed class DisabledMailTests
{
    private const string Operator = "operator@shop.example";
    private const string Contact = "hooks@partner.example";
    private static readonly TimeSpan disableAfter = TimeSpan.FromHours(1);
    private static readonly TimeSpan claimed = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tells_the_operator_and_the_contact_once_each_time_it_is_disabled(bool onPostgres)
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await StartAsync(onPostgres);
        var endpoint = await webhooks.RegisterAsync(partner.Url(), Contact);
        await DisableAsync(webhooks, partner);
        var mails = await webhooks.SendMailsAsync();
        Assert.Equal([Contact, Operator], mails.Select(mail => mail.To.ToString()).Order(StringComparer.Ordinal));
        Assert.All(mails, mail =>
        {
            Assert.Equal("A webhook endpoint is disabled: 127.0.0.1", mail.Subject);
            Assert.Contains(partner.Url(), mail.TextBody, StringComparison.Ordinal);
            Assert.Contains("It answered 500.", mail.TextBody, StringComparison.Ordinal);
        });
        Assert.Contains($"/ops/webhooks/{endpoint}", BodyTo(mails, Operator), StringComparison.Ordinal);
        Assert.DoesNotContain("/ops/", BodyTo(mails, Contact), StringComparison.Ordinal);
        Assert.Contains($"/api/v1/webhooks/{endpoint}/resume", BodyTo(mails, Contact), StringComparison.Ordinal);

        await webhooks.ResumeAsync(endpoint);
        await DisableAsync(webhooks, partner);
        Assert.Equal(4, (await webhooks.SendMailsAsync()).Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_replicas_that_disable_it_at_the_same_moment_one_tells(bool onPostgres)
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await StartAsync(onPostgres);
        await webhooks.RegisterAsync(partner.Url());
        partner.AnswersWith(500);
        for (var number = 0; number < 8; number++) await webhooks.PlaceAsync(Guid.NewGuid());
        await webhooks.RoundAsync();
        webhooks.Clock.Advance(disableAfter);
        var answers = await Task.WhenAll((await webhooks.TakeAsync()).Select(webhooks.SendAsync));
        await Task.WhenAll(answers.Select(answer => Task.Run(() => webhooks.RecordAsync(answer))));
        Assert.Single(await webhooks.SendMailsAsync());
    }

    /// <summary>All stand before the endpoint's row, and none has a delivery that another would wait for.</summary>
    [Theory]
    [InlineData(500)]
    [InlineData(410)]
    public async Task Answers_that_end_it_together_wait_for_one_another_and_never_in_a_circle(int status)
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await StartAsync(onPostgres: true);
        var endpoint = await webhooks.RegisterAsync(partner.Url(), Contact);
        partner.AnswersWith(500);
        for (var number = 0; number < 4; number++) await webhooks.PlaceAsync(Guid.NewGuid());
        await webhooks.RoundAsync();
        webhooks.Clock.Advance(disableAfter);
        partner.AnswersWith(status);
        var answers = await Task.WhenAll((await webhooks.TakeAsync()).Select(webhooks.SendAsync));
        Assert.Equal(4, answers.Length);
        Task recorded;
        await using (var other = await LockedBy.RunAsync(
            webhooks.Service.Get<IDatabase>(), $"select 1 from endpoints where id = '{endpoint}' for update"))
        {
            recorded = Task.WhenAll(answers.Select(answer => Task.Run(() => webhooks.RecordAsync(answer))));
            await other.IsWaitedForAsync(by: answers.Length);
        }
        await recorded;
        Assert.Equal(4, await webhooks.CountAsync("state = 'Failed' and due_at is null"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dead_between_the_sending_and_our_commit_it_is_the_same_mail(bool onPostgres)
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await StartAsync(onPostgres);
        await webhooks.RegisterAsync(partner.Url());
        await DisableAsync(webhooks, partner);
        await webhooks.Service.ExecuteAsync("create table kept as select * from mails");
        var first = Assert.Single(await webhooks.SendMailsAsync());
        await webhooks.Service.ExecuteAsync("insert into mails select * from kept"); // It never was removed.
        Assert.Equal(first.MessageId, Assert.Single(await webhooks.SendMailsAsync()).MessageId);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Dead_just_before_the_clock_is_set_back_another_sends_the_mail_at_once(
        bool onPostgres, bool taken)
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await StartAsync(onPostgres);
        await webhooks.RegisterAsync(partner.Url());
        await DisableAsync(webhooks, partner);
        if (taken)
        {
            await webhooks.InMailsAsync(async queue => Assert.True(await queue.TryTakeAsync(
                (await queue.FindDueAsync(claimed, default))!, claimed, default)));
            Assert.Empty(await webhooks.SendMailsAsync());
        }
        webhooks.Clock.AdjustTime(webhooks.Clock.GetUtcNow() - TimeSpan.FromMinutes(taken ? 60 : 1));
        Assert.Single(await webhooks.SendMailsAsync());
    }

    [Fact]
    public async Task A_mail_server_that_never_comes_to_an_end_is_given_up_before_another_may_take_the_mail()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync(
            false, ("Webhooks:OperatorEmail", Operator), ("Webhooks:DisableAfter", disableAfter.ToString()),
            ("Mail:Host", "127.0.0.1"), ("Mail:Port", $"{((IPEndPoint)server.LocalEndpoint).Port}"),
            ("Mail:Security", "None"));
        await webhooks.RegisterAsync(partner.Url());
        await DisableAsync(webhooks, partner);
        var begun = webhooks.Clock.GetUtcNow();
        var sending = webhooks.Service.Get<SendMails>().TrySendOneAsync(default);
        using var connection = await server.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        connection.GetStream().WriteByte((byte)'2'); // Of the greeting, of which more never comes.
        webhooks.Clock.Advance(webhooks.Service.Get<IMailSender>().TakesAtMost - TimeSpan.FromSeconds(1));
        Assert.True(await sending.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        var due = Assert.Single(await webhooks.Service.QueryAsync(
            "select due_at from mails where tries = 1", row => row.GetTime(0)));
        Assert.Equal(webhooks.Clock.GetUtcNow() + TimeSpan.FromSeconds(5), due); // Tried again, as after any failure.
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_slept_while_another_took_the_mail_moves_nothing_of_it(bool onPostgres)
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await StartAsync(onPostgres);
        await webhooks.RegisterAsync(partner.Url());
        await DisableAsync(webhooks, partner);
        QueuedMail? mail = null;
        await webhooks.InMailsAsync(async queue => Assert.True(
            await queue.TryTakeAsync(mail = (await queue.FindDueAsync(claimed, default))!, claimed, default)));
        webhooks.Clock.Advance(claimed);
        await webhooks.InMailsAsync(async queue => Assert.True(
            await queue.TryTakeAsync((await queue.FindDueAsync(claimed, default))!, claimed, default)));
        await webhooks.InMailsAsync(queue =>
        {
            queue.Retry(mail!, TimeSpan.Zero);
            return Task.CompletedTask;
        });
        await Assert.ThrowsAsync<UnexpectedRowsException>(() => webhooks.InMailsAsync(queue =>
        {
            queue.Keep(mail!, "mine");
            return Task.CompletedTask;
        }));
        Assert.Empty(await webhooks.SendMailsAsync());
        Assert.Equal(1, await webhooks.Service.NumberAsync("select count(*) from mails where sealed is null"));
    }

    [Fact]
    public async Task Dead_before_the_disabling_is_stored_nobody_is_told_before_it_is()
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await StartAsync(onPostgres: false);
        await webhooks.RegisterAsync(partner.Url());
        partner.AnswersWith(500);
        await webhooks.PlaceAsync(Guid.NewGuid());
        await webhooks.RoundAsync();
        webhooks.Clock.Advance(disableAfter);
        await webhooks.SendAsync(Assert.Single(await webhooks.TakeAsync()));
        Assert.Empty(await webhooks.SendMailsAsync());
        webhooks.Clock.Advance(new WebhookOptions().ClaimTime);
        await webhooks.RoundAsync();
        Assert.Single(await webhooks.SendMailsAsync());
    }

    [Fact]
    public async Task An_endpoint_that_was_deleted_meanwhile_is_nobodys_trouble()
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await StartAsync(onPostgres: false);
        var endpoint = await webhooks.RegisterAsync(partner.Url(), Contact);
        await DisableAsync(webhooks, partner);
        await webhooks.DeleteAsync(endpoint);
        Assert.Empty(await webhooks.SendMailsAsync());
        Assert.Equal(0, await webhooks.Service.NumberAsync("select count(*) from mails"));
        Assert.Equal(0, await webhooks.Service.NumberAsync("select count(*) from endpoints where contact is not null"));
    }

    [Fact]
    public async Task An_operator_without_an_address_prevents_the_start()
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(
            () => WebhooksProcess.StartAsync(("Webhooks:OperatorEmail", "the operator")));
        Assert.Contains("Webhooks:OperatorEmail", refusal.Message, StringComparison.Ordinal);
    }

    private static Task<WebhooksInMemory> StartAsync(bool onPostgres) => WebhooksInMemory.StartAsync(
        onPostgres, ("Webhooks:OperatorEmail", Operator), ("Webhooks:DisableAfter", disableAfter.ToString()));

    private static async Task DisableAsync(WebhooksInMemory webhooks, Partner partner)
    {
        partner.AnswersWith(500);
        await webhooks.PlaceAsync(Guid.NewGuid());
        await webhooks.RoundAsync();
        webhooks.Clock.Advance(disableAfter);
        await webhooks.RoundAsync();
        Assert.Equal(1, await webhooks.Service.NumberAsync("select count(*) from endpoints where state = 'Disabled'"));
    }

    private static string BodyTo(IEnumerable<MimeMessage> mails, string to) =>
        mails.Single(mail => mail.To.ToString() == to).TextBody!;
}
