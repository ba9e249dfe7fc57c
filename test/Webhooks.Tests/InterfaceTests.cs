using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tessera.Testing;
using Tessera.Testing.Services;
using Tessera.Webhooks.Contracts;

namespace Tessera.Webhooks.Tests;

/// <summary>What partners and operators ask, of the real process.</summary>
public sealed class InterfaceTests
{
    [Fact]
    public async Task An_endpoint_s_life_from_registering_to_deleting()
    {
        await using var partner = await Partner.StartAsync();
        partner.Answer = (_, context) => context.Response.WriteAsync("thank you");
        await using var webhooks = await WebhooksProcess.StartAsync();
        var (endpoint, secret) = await webhooks.RegisterAsync(partner.Url());
        var here = $"/webhooks/{endpoint.Id}";
        Assert.StartsWith("whsec_", secret, StringComparison.Ordinal);
        Assert.Equal(("Active", partner.Url()), (endpoint.State, endpoint.Url));
        // The secret is shown this once.
        using (var again = await webhooks.AskAsync(HttpMethod.Get, here))
            Assert.DoesNotContain("whsec_", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        var delivery = await webhooks.TestAsync(endpoint.Id);
        await webhooks.BecomesAsync(endpoint.Id, delivery, "Delivered");
        var received = Assert.Single(partner.Received);
        var kept = await webhooks.DeliveryAsync(endpoint.Id, delivery);
        Assert.Equal((received.Body, received.Id), (kept.Body, kept.Delivery.MessageId));
        var sent = Assert.Single(kept.Tries);
        Assert.Equal((1, 200, partner.Url(), "thank you"), (sent.Number, sent.Status, sent.Url, sent.Answer));
        Assert.Equal(received.Headers["webhook-timestamp"], $"{sent.At.ToUnixTimeSeconds()}");

        Assert.Equal("Paused", (await ChangeAsync("pause")).State);
        var waiting = await webhooks.TestAsync(endpoint.Id);
        Assert.Equal("Waiting", (await webhooks.DeliveryAsync(endpoint.Id, waiting)).Delivery.State);
        var resumed = await webhooks.ReadAsync<EndpointView>(
            HttpMethod.Post, $"{here}/resume", new ActRequest("all is well"));
        Assert.Equal("Active", resumed.State);
        await webhooks.BecomesAsync(endpoint.Id, waiting, "Delivered");

        var changed = await webhooks.ReadAsync<EndpointView>(HttpMethod.Put, here, new ChangeEndpointRequest(
            partner.Url("/new"), [PublicStockLow.Type, PublicOrderShipped.Type], "ours"));
        Assert.Equal(["order.shipped.v1", "stock.low.v1"], changed.Types);
        var renewed = await webhooks.ReadAsync<NewSecretView>(HttpMethod.Post, here + "/secret");
        Assert.NotEqual(secret, renewed.Secret);
        await webhooks.TestAsync(endpoint.Id);
        var third = (await partner.GetsAsync(3))[2];
        Assert.Equal(("/new", 2), (third.Path, third.Headers["webhook-signature"].Split(' ').Distinct().Count()));

        var page = await webhooks.ReadAsync<DeliveryPage>(HttpMethod.Get, here + "/deliveries?size=2");
        var rest = await webhooks.ReadAsync<DeliveryPage>(HttpMethod.Get, here + $"/deliveries?before={page.Next}");
        Assert.Equal((2, 1), (page.Items.Count, rest.Items.Count));
        await webhooks.BecomesAsync(endpoint.Id, page.Items[0].Id, "Delivered");
        var numbers = (await webhooks.ReadAsync<EndpointView>(HttpMethod.Get, here)).Numbers!;
        Assert.Equal((0, 3, 3), (numbers.Waiting, numbers.Ended, numbers.Delivered));
        Assert.InRange(numbers.MedianDelaySeconds!.Value, 0, numbers.SlowDelaySeconds!.Value);
        Assert.Equal(delivery, rest.Items[0].Id);

        var dry = await RedeliverAsync(isDry: true);
        var done = await RedeliverAsync(isDry: false);
        Assert.Equal((3, 3), (dry.Deliveries, done.Deliveries));
        var acts = (await webhooks.ReadAsync<EndpointActs>(HttpMethod.Get, here + "/acts")).Items;
        Assert.Equal(
            [("Redelivered", "they lost them", 3), ("Resumed", "all is well", null), ("Paused", null, (int?)null)],
            acts.Select(act => (act.What, act.Reason, act.Deliveries)));
        Assert.Equal(endpoint.Owner, Assert.Single(acts.Select(act => act.By).Distinct()));

        using var deleted = await webhooks.AskAsync(HttpMethod.Delete, here);
        using var gone = await webhooks.AskAsync(HttpMethod.Get, here);
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NotFound), (deleted.StatusCode, gone.StatusCode));

        Task<EndpointView> ChangeAsync(string what) =>
            webhooks.ReadAsync<EndpointView>(HttpMethod.Post, $"{here}/{what}");

        Task<RedeliveredView> RedeliverAsync(bool isDry) => webhooks.ReadAsync<RedeliveredView>(
            HttpMethod.Post, here + "/redeliveries",
            new RedeliverRequest("Delivered", Reason: "they lost them", DryRun: isDry));
    }

    [Fact]
    public async Task A_machine_sees_its_own_endpoints_and_an_operator_all()
    {
        await using var webhooks = await WebhooksProcess.StartAsync();
        var (endpoint, _) = await webhooks.RegisterAsync("https://partner.example/hook");
        var another = webhooks.AnotherMachine();
        foreach (var (method, path) in new[]
        {
            (HttpMethod.Get, ""), (HttpMethod.Delete, ""), (HttpMethod.Post, "/pause"), (HttpMethod.Post, "/resume"),
            (HttpMethod.Post, "/secret"), (HttpMethod.Post, "/test"), (HttpMethod.Get, "/deliveries"),
            (HttpMethod.Get, $"/deliveries/{Guid.NewGuid()}"),
            (HttpMethod.Post, $"/deliveries/{Guid.NewGuid()}/redeliver"),
        })
        {
            using var answer = await webhooks.AskAsync(method, $"/webhooks/{endpoint.Id}{path}", null, another);
            Assert.True(answer.StatusCode == HttpStatusCode.NotFound, $"{method} {path}: {answer.StatusCode}");
        }
        Assert.Empty((await webhooks.ReadAsync<EndpointPage>(HttpMethod.Get, "/webhooks", null, another)).Items);
        Assert.Single((await webhooks.ReadAsync<EndpointPage>(HttpMethod.Get, "/webhooks")).Items);
        Assert.Single((await webhooks.ReadAsync<EndpointPage>(
            HttpMethod.Get, "/webhooks", null, webhooks.Operator)).Items);
    }

    [Fact]
    public async Task What_cannot_be_is_refused_in_words()
    {
        await using var webhooks = await WebhooksProcess.StartAsync(
            ("Webhooks:AllowPrivate", "false"), ("Webhooks:EndpointsPerOwnerMax", "1"));
        Assert.Equal((422, "'url' must begin with https://."),
            await RefusedAsync("http://partner.example/", PublicOrderPlaced.Type));
        Assert.Equal((422, "'url' must lead to a public address."),
            await RefusedAsync("https://127.0.0.1/", PublicOrderPlaced.Type));
        Assert.Equal((422, "There is no event type 'all'; GET /webhooks/types lists those there are."),
            await RefusedAsync("https://partner.example/", "all"));
        await webhooks.RegisterAsync("https://partner.example/");
        Assert.Equal((409, "You have 1 endpoints, as many as one may have. Delete one first."),
            await RefusedAsync("https://partner.example/", PublicOrderPlaced.Type));

        async Task<(int, string)> RefusedAsync(string url, string type)
        {
            using var answer = await webhooks.AskAsync(
                HttpMethod.Post, "/webhooks", new RegisterEndpointRequest(url, [type]));
            var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
            return ((int)answer.StatusCode, problem.GetProperty("detail").GetString()!);
        }
    }

    [Fact]
    public async Task A_partner_that_does_not_answer_delays_nobody_else_and_is_not_flooded()
    {
        await using var slow = await Partner.StartAsync();
        await using var good = await Partner.StartAsync();
        await using var webhooks = await WebhooksProcess.StartAsync();
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        slow.Answer = (_, _) => released.Task;
        var (toSlow, _) = await webhooks.RegisterAsync(slow.Url());
        var (toGood, _) = await webhooks.RegisterAsync(good.Url());
        for (var number = 0; number < 20; number++) await webhooks.TestAsync(toSlow.Id);
        await slow.GetsAsync(8);
        for (var number = 0; number < 20; number++) await webhooks.TestAsync(toGood.Id);
        await good.GetsAsync(20);
        Assert.Equal(8, slow.Received.Length);
        released.SetResult();
        await slow.GetsAsync(20);
    }

    [Fact]
    public async Task Killed_while_the_partner_has_the_message_the_next_process_sends_the_same_message_again()
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksProcess.StartAsync(
            ("Webhooks:ClaimTime", "00:00:04"), ("Webhooks:AnswerTimeout", "00:00:02"),
            ("Webhooks:RetryDelay", "00:00:00.100"), ("Webhooks:RetryDelayMax", "00:00:00.500"));
        var (endpoint, secret) = await webhooks.RegisterAsync(partner.Url(), ordered: true);
        var held = new TaskCompletionSource();
        partner.Answer = (_, _) => held.Task;
        var delivery = await webhooks.TestAsync(endpoint.Id);
        var next = await webhooks.TestAsync(endpoint.Id);
        await partner.GetsAsync(1);
        await webhooks.KillAsync();
        partner.AnswersWith(200);
        held.SetResult();
        await webhooks.StartAsync();
        await webhooks.BecomesAsync(endpoint.Id, delivery, "Delivered");
        await webhooks.BecomesAsync(endpoint.Id, next, "Delivered");
        var received = partner.Received;
        Assert.Equal(received[0].Id, received[1].Id);
        Assert.Equal([MessageId.Text(delivery), MessageId.Text(next)], received.Select(each => each.Id).Distinct());
        // The keys that sealed the secret are still there.
        var asReceived = new Microsoft.AspNetCore.Http.HeaderDictionary();
        foreach (var (name, value) in received[^1].Headers) asReceived[name] = value;
        new StandardWebhooks.StandardWebhook(secret).Verify(received[^1].Body, asReceived);
    }

    [Fact]
    public async Task Killed_again_and_again_nothing_is_lost()
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksProcess.StartAsync(
            ("Webhooks:ClaimTime", "00:00:04"), ("Webhooks:AnswerTimeout", "00:00:02"),
            ("Webhooks:RetryDelay", "00:00:00.100"), ("Webhooks:RetryDelayMax", "00:00:00.500"));
        var (endpoint, _) = await webhooks.RegisterAsync(partner.Url());
        await webhooks.AskAsync(HttpMethod.Post, $"/webhooks/{endpoint.Id}/pause");
        var wanted = new List<Guid>();
        for (var number = 0; number < 40; number++) wanted.Add(await webhooks.TestAsync(endpoint.Id));
        await webhooks.KillAsync();
        await KilledAfterAsync(3);
        await KilledAfterAsync(17);
        await webhooks.StartAsync();
        await Eventually.HoldsAsync("all are delivered", async () => (await webhooks.ReadAsync<DeliveryPage>(
            HttpMethod.Get, $"/webhooks/{endpoint.Id}/deliveries?state=Waiting")).Items.Count == 0,
            TimeSpan.FromMinutes(2));
        Assert.Equal(
            wanted.Select(MessageId.Text).Order(), partner.Received.Select(each => each.Id).Distinct().Order());

        // With so many taken, the partner answers no more until the process is dead, wherever the others are then. It
        // is told so before the process starts, which else might be through before anybody looks.
        async Task KilledAfterAsync(int number)
        {
            var reached = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            var dead = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            partner.Answer = (_, _) =>
            {
                if (partner.Received.Length < number) return Task.CompletedTask;
                reached.TrySetResult(true);
                return dead.Task;
            };
            await webhooks.StartAsync();
            await webhooks.AskAsync(HttpMethod.Post, $"/webhooks/{endpoint.Id}/resume");
            await Eventually.AnswersAsync($"{number} have come", reached.Task, TimeSpan.FromMinutes(2));
            await webhooks.KillAsync();
            partner.AnswersWith(200);
            dead.SetResult();
        }
    }
}
