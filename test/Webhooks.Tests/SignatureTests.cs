using System.Text.Json;
using Microsoft.AspNetCore.Http;
using StandardWebhooks;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Tessera.Testing.Services;

namespace Tessera.Webhooks.Tests;

/// <summary>Signatures as those verify them who have never seen our code: the packages of Standard Webhooks.</summary>
public sealed class SignatureTests
{
    [Fact]
    public async Task The_package_for_dotnet_takes_a_message_and_refuses_one_that_was_changed()
    {
        await using var sent = await SentAsync();
        var (secret, received) = (sent.First, sent.Received[0]);
        Verify(secret, received.Body, received.Headers);
        Assert.ThrowsAny<Exception>(() => Verify(secret, received.Body + " ", received.Headers));
        Assert.ThrowsAny<Exception>(() => Verify(EndpointSecrets.New(), received.Body, received.Headers));
        foreach (var (name, value) in new[] { ("webhook-id", "msg_other"), ("webhook-timestamp", "1700000000") })
        {
            var changed = received.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase);
            changed[name] = value;
            Assert.ThrowsAny<Exception>(() => Verify(secret, received.Body, changed));
        }
    }

    [Fact]
    public async Task While_a_secret_is_changed_both_are_good_and_afterwards_the_new_one_alone()
    {
        await using var sent = await SentAsync();
        var (during, after) = (sent.Received[1], sent.Received[2]);
        Verify(sent.First, during.Body, during.Headers);
        Verify(sent.Second, during.Body, during.Headers);
        // Two days later, so the packages find it too new: what there is of signatures is counted.
        Assert.Equal([1, 2, 1], sent.Received.Select(
            each => each.Headers["webhook-signature"].Split(' ').Distinct().Count()));
        Assert.All(after.Headers["webhook-signature"].Split(' '), each =>
            Assert.StartsWith("v1,", each, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_package_for_node_takes_the_same_messages()
    {
        await using var sent = await SentAsync();
        var folder = await NodePackages.InstallAsync("Webhooks.Tests/node");
        using var temporary = new TemporaryFolder("messages");
        var file = temporary.File("messages.json");
        var (first, during) = (sent.Received[0], sent.Received[1]);
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new[]
        {
            new { secret = sent.First, body = first.Body, headers = first.Headers },
            new { secret = sent.First, body = during.Body, headers = during.Headers },
            new { secret = sent.Second, body = during.Body, headers = during.Headers },
            new { secret = sent.Second, body = first.Body, headers = first.Headers },
            new { secret = sent.First, body = first.Body + " ", headers = first.Headers },
        }), TestContext.Current.CancellationToken);
        var (code, said) = await NodePackages.RunAsync(folder, "node", ["verify.mjs", file]);
        Assert.True(code == 0, said);
        var lines = said.Trim().Split('\n');
        Assert.Equal(["good", "good", "good"], lines[..3]);
        Assert.All(lines[3..], line => Assert.StartsWith("refused: ", line, StringComparison.Ordinal));
        Assert.Equal(5, lines.Length);
    }

    [Fact]
    public async Task A_new_secret_signs_at_once_where_the_keys_of_the_old_one_are_lost()
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync();
        var (endpoint, _) = await webhooks.RegisterAsync(partner.Url());
        await webhooks.Service.ExecuteAsync("update endpoints set secret = 'sealed with lost keys'");
        await webhooks.PlaceAsync(Guid.NewGuid());
        await webhooks.RoundAsync();
        Assert.Equal(1, await webhooks.CountAsync(
            "fault = 'The secret of the endpoint cannot be read any more. Ask for a new one.'"));
        await webhooks.RotateAsync(endpoint);
        webhooks.Clock.Advance(await webhooks.DueInAsync());
        await webhooks.RoundAsync();
        Assert.DoesNotContain(' ', Assert.Single(partner.Received).Headers["webhook-signature"]);
    }

    [Fact]
    public async Task Secrets_stand_nowhere_in_the_database_as_they_are()
    {
        await using var sent = await SentAsync();
        var kept = await sent.Webhooks.Service.QueryAsync(
            "select secret, previous_secret from endpoints", row => row.GetString(0) + row.GetStringOrNull(1));
        foreach (var secret in new[] { sent.First, sent.Second })
        {
            Assert.DoesNotContain(secret, kept[0], StringComparison.Ordinal);
            Assert.DoesNotContain(secret[EndpointSecrets.Prefix.Length..], kept[0], StringComparison.Ordinal);
        }
    }

    private static void Verify(string secret, string body, IReadOnlyDictionary<string, string> headers)
    {
        var asReceived = new HeaderDictionary();
        foreach (var (name, value) in headers) asReceived[name] = value;
        new StandardWebhook(secret).Verify(body, asReceived);
    }

    /// <summary>One message with the first secret, one while it is changed, one two days later.</summary>
    private static async Task<Sent> SentAsync()
    {
        var partner = await Partner.StartAsync();
        var webhooks = await WebhooksInMemory.StartAsync();
        webhooks.Clock.AdjustTime(TimeProvider.System.GetUtcNow()); // The packages look at the clock.
        var (endpoint, first) = await webhooks.RegisterAsync(partner.Url());
        await SendAsync(webhooks);
        var second = await webhooks.RotateAsync(endpoint);
        await SendAsync(webhooks);
        webhooks.Clock.Advance(TimeSpan.FromDays(2));
        await SendAsync(webhooks);
        return new Sent(partner, webhooks, first, second);
    }

    private static async Task SendAsync(WebhooksInMemory webhooks)
    {
        await webhooks.PlaceAsync(Guid.NewGuid());
        await webhooks.DeliverAsync();
    }

    private sealed record Sent(Partner Partner, WebhooksInMemory Webhooks, string First, string Second)
        : IAsyncDisposable
    {
        public Received[] Received => Partner.Received;

        public async ValueTask DisposeAsync()
        {
            await Partner.DisposeAsync();
            await Webhooks.DisposeAsync();
        }
    }
}
