using System.Security.Claims;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;
using Tessera.Testing.Services;
using Tessera.Webhooks.Contracts;

namespace Tessera.Webhooks.Tests;

/// <summary>The endpoint of the shop's own service for mails, which is made before that service has first run.
/// </summary>
public sealed class OwnEndpointTests
{
    [Fact]
    public async Task What_happens_before_the_service_first_runs_waits_for_it_and_is_signed_with_its_secret()
    {
        await using var mails = await Partner.StartAsync();
        var isThere = false;
        mails.Answer = (_, context) =>
        {
            if (!isThere) context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        };
        await using var webhooks = await StartAsync(mails.Url("/own"));
        await webhooks.PlaceAsync(Guid.NewGuid());
        await webhooks.DeliverAsync();
        Assert.Equal(1, await webhooks.CountAsync("state = 'Waiting'"));
        var unseen = mails.Received.Length;

        isThere = true;
        var registered = await RegisterAsync(webhooks, mails.Url("/own"), "notifications");
        await webhooks.PauseAsync(registered.Endpoint.Id);
        await webhooks.ResumeAsync(registered.Endpoint.Id);
        await webhooks.DeliverAsync();
        Assert.Equal((0, 1), (
            await webhooks.CountAsync("state = 'Waiting'"), await webhooks.CountAsync("state = 'Delivered'")));
        var received = mails.Received[^1];
        Assert.Equal(unseen + 1, mails.Received.Length);
        var key = Convert.FromBase64String(registered.Secret[EndpointSecrets.Prefix.Length..]);
        var at = webhooks.Clock.GetUtcNow();
        Assert.Equal(
            WebhookSignature.Sign(received.Headers["webhook-id"], at, Encoding.UTF8.GetBytes(received.Body), [key]),
            received.Headers["webhook-signature"]);
    }

    [Fact]
    public async Task One_that_was_disabled_before_the_service_first_ran_is_its_own_and_goes_on_when_resumed()
    {
        await using var mails = await Partner.StartAsync();
        mails.AnswersWith(503);
        await using var webhooks = await StartAsync(mails.Url("/own"));
        await webhooks.PlaceAsync(Guid.NewGuid());
        while (await webhooks.CountAsync("state = 'Waiting'") > 0)
        {
            Assert.Equal(1, await webhooks.RoundAsync());
            if (await webhooks.CountAsync("due_at is not null") > 0)
                webhooks.Clock.Advance(await webhooks.DueInAsync());
        }
        await webhooks.PlaceAsync(Guid.NewGuid());
        Assert.Equal(0, await webhooks.RoundAsync());

        mails.AnswersWith(200);
        var unseen = mails.Received.Length;
        var registered = await RegisterAsync(webhooks, mails.Url("/own"), "notifications");
        Assert.Equal(nameof(EndpointState.Disabled), registered.Endpoint.State); // By which it knows what to do.
        await webhooks.ResumeAsync(registered.Endpoint.Id);
        // That which was given up, and what happened while nothing was sent.
        Assert.Equal(2, await webhooks.RedeliverAsync(registered.Endpoint.Id));
        await webhooks.DeliverAsync();
        Assert.Equal(unseen + 2, mails.Received.Length);
        Assert.Equal(EndpointState.Active, (await webhooks.FindAsync(registered.Endpoint.Id)).State);
    }

    [Fact]
    public async Task There_is_one_however_often_it_starts_and_the_service_has_it()
    {
        await using var webhooks = await StartAsync("http://127.0.0.1:1/own");
        await webhooks.Service.Get<MakeOwnEndpoint>().PrepareAsync(default);
        var registered = await RegisterAsync(webhooks, "http://127.0.0.1:1/own", "notifications");
        await webhooks.Service.Get<MakeOwnEndpoint>().PrepareAsync(default);
        Assert.Equal(1, await webhooks.Service.NumberAsync("select count(*) from endpoints"));
        Assert.Equal(owner.Id, (await webhooks.FindAsync(registered.Endpoint.Id)).Owner);
        Assert.Equal(1, await webhooks.Service.NumberAsync("select count(*) from endpoint_types"));
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/own", "partner")]
    [InlineData("http://127.0.0.1:1/other", "notifications")]
    public async Task Nobody_else_gets_it_and_nothing_else_is_it(string url, string client)
    {
        await using var webhooks = await StartAsync("http://127.0.0.1:1/own");
        var registered = await RegisterAsync(webhooks, url, client);
        Assert.Equal(2, await webhooks.Service.NumberAsync("select count(*) from endpoints"));
        Assert.Equal(owner.Id, (await webhooks.FindAsync(registered.Endpoint.Id)).Owner);
    }

    [Fact]
    public async Task None_is_made_unless_an_address_is_set()
    {
        await using var webhooks = await WebhooksInMemory.StartAsync();
        await webhooks.Service.Get<MakeOwnEndpoint>().PrepareAsync(default);
        Assert.Equal(0, await webhooks.Service.NumberAsync("select count(*) from endpoints"));
    }

    private static readonly Caller owner =
        new(Guid.Parse("01939d3e-2222-7000-8000-00000000000a"), false, false, null) { IsMachine = true };

    private static async Task<WebhooksInMemory> StartAsync(string own)
    {
        var webhooks = await WebhooksInMemory.StartAsync(settings: ("Webhooks:OwnEndpoint", own));
        await webhooks.Service.Get<MakeOwnEndpoint>().PrepareAsync(default);
        return webhooks;
    }

    /// <summary>As POST /webhooks does it.</summary>
    private static async Task<RegisteredEndpoint> RegisterAsync(WebhooksInMemory webhooks, string url, string client)
    {
        var context = new DefaultHttpContext
        {
            User = new ClaimsPrincipal(new ClaimsIdentity([new Claim("client_id", client)])),
        };
        var answer = await webhooks.Service.InRequestAsync(scope => RegisterEndpoint.Handle(
            new RegisterEndpointRequest(url, [PublicOrderPlaced.Type], true, "Mails"), owner,
            webhooks.Service.Get<CheckEndpoint>(), scope.GetRequiredService<EndpointStore>(),
            webhooks.Service.Get<EndpointSecrets>(), webhooks.Service.Get<IOptions<WebhookOptions>>(), webhooks.Clock,
            context, default));
        return Assert.IsType<Created<RegisteredEndpoint>>(answer.Result).Value!;
    }
}
