using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Tessera.Testing;
using Tessera.Testing.Services;
using Tessera.Webhooks.Contracts;

namespace Tessera.Webhooks.Tests;

/// <summary>The same on both databases.</summary>
public sealed class DeliveryTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_event_goes_once_to_each_endpoint_that_asked_for_its_type(bool onPostgres)
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync(onPostgres);
        await webhooks.RegisterAsync(partner.Url("/first"));
        await webhooks.RegisterAsync(partner.Url("/second"), false, PublicOrderPlaced.Type, PublicOrderShipped.Type);
        await webhooks.RegisterAsync(partner.Url("/other"), false, PublicStockLow.Type);
        await webhooks.PlaceAsync(Guid.NewGuid());
        await webhooks.DeliverAsync();
        Assert.Equal(["/first", "/second"], partner.Received.Select(each => each.Path).Order());
        Assert.Equal(2, partner.Received.Select(each => each.Id).Distinct().Count());
        Assert.Equal(2, await webhooks.CountAsync("state = 'Delivered'"));
    }

    [Fact]
    public async Task Each_attempt_is_kept_with_when_it_was_how_long_it_took_and_what_came_back()
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync();
        var (endpoint, _) = await webhooks.RegisterAsync(partner.Url());
        await webhooks.PlaceAsync(Guid.NewGuid());
        var began = webhooks.Clock.GetUtcNow();
        partner.Answer = (_, context) =>
        {
            webhooks.Clock.Advance(TimeSpan.FromMilliseconds(1_500));
            context.Response.StatusCode = 500;
            return context.Response.WriteAsync("not now");
        };
        await webhooks.RoundAsync();
        var kept = Assert.Single((await webhooks.ReadDeliveryAsync(endpoint)).Tries);
        Assert.Equal(new DeliveryTry(1, began, partner.Url(), 1_500, 500, "It answered 500.", "not now"), kept);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_same_event_heard_again_is_the_same_delivery(bool onPostgres)
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync(onPostgres);
        await webhooks.RegisterAsync(partner.Url());
        await webhooks.RegisterAsync(partner.Url("/ordered"), ordered: true);
        var (order, happening) = (Guid.NewGuid(), Guid.NewGuid());
        for (var time = 0; time < 2; time++) await webhooks.PlaceAsync(order, happening);
        await webhooks.DeliverAsync();
        Assert.Equal(2, partner.Received.Length);
    }

    [Fact]
    public async Task Each_attempt_carries_the_same_id_and_the_waits_grow()
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync();
        await webhooks.RegisterAsync(partner.Url());
        await webhooks.PlaceAsync(Guid.NewGuid());
        partner.AnswersWith(503);
        var longest = new WebhookOptions().RetryDelay;
        for (var attempt = 1; attempt <= 5; attempt++, longest *= 4)
        {
            Assert.Equal(1, await webhooks.RoundAsync());
            var wait = await webhooks.DueInAsync();
            Assert.InRange(wait, longest * 0.74, longest);
            Assert.Equal(0, await webhooks.RoundAsync()); // Not before.
            webhooks.Clock.Advance(wait);
        }
        partner.AnswersWith(204);
        Assert.Equal(1, await webhooks.RoundAsync());
        Assert.Equal(6, partner.Received.Length);
        Assert.Single(partner.Received.Select(each => each.Id).Distinct());
        Assert.Equal(1, await webhooks.CountAsync("state = 'Delivered' and attempts = 6"));
        Assert.Equal(6, await webhooks.Service.NumberAsync("select count(*) from attempts"));
    }

    [Theory]
    [InlineData("3600", 3600)]
    [InlineData("1000000", 86400)]
    [InlineData("0", 5)]
    [InlineData("soon", 5)]
    [InlineData("Sun, 01 Mar 2026 12:10:00 GMT", 600)]
    [InlineData("Sun, 01 Mar 2026 11:00:00 GMT", 5)]
    public async Task An_endpoint_is_left_alone_for_as_long_as_it_asks_and_a_day_at_most(string asked, int expected)
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync();
        await webhooks.RegisterAsync(partner.Url());
        await webhooks.PlaceAsync(Guid.NewGuid());
        partner.Answer = (_, context) =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = asked;
            return Task.CompletedTask;
        };
        await webhooks.RoundAsync();
        Assert.InRange(
            await webhooks.DueInAsync(), TimeSpan.FromSeconds(expected * 0.74), TimeSpan.FromSeconds(expected));
    }

    [Fact]
    public async Task A_delivery_is_given_up_after_three_days_and_an_endpoint_that_took_nothing_meanwhile_is_disabled()
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync();
        var (endpoint, _) = await webhooks.RegisterAsync(partner.Url());
        await webhooks.PlaceAsync(Guid.NewGuid());
        partner.AnswersWith(500);
        var begun = webhooks.Clock.GetUtcNow();
        while (await webhooks.CountAsync("state = 'Waiting'") > 0)
        {
            Assert.Equal(1, await webhooks.RoundAsync());
            if (await webhooks.CountAsync("due_at is not null") > 0)
                webhooks.Clock.Advance(await webhooks.DueInAsync());
        }
        Assert.InRange(webhooks.Clock.GetUtcNow() - begun, TimeSpan.FromDays(3), TimeSpan.FromDays(3.5));
        Assert.InRange(partner.Received.Length, 10, 30);
        Assert.Equal(EndpointState.Disabled, (await webhooks.FindAsync(endpoint)).State);

        // What happens meanwhile is kept, and comes when somebody wants it.
        await webhooks.PlaceAsync(Guid.NewGuid());
        Assert.Equal(0, await webhooks.RoundAsync());
        partner.AnswersWith(200);
        await webhooks.ResumeAsync(endpoint);
        Assert.Equal(2, await webhooks.RedeliverAsync(endpoint));
        await webhooks.DeliverAsync();
        Assert.Equal(2, await webhooks.CountAsync("state = 'Delivered'"));
        Assert.Null((await webhooks.FindAsync(endpoint)).FailingSince);
    }

    [Fact]
    public async Task An_endpoint_that_says_410_gets_nothing_any_more()
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync();
        var (endpoint, _) = await webhooks.RegisterAsync(partner.Url());
        await webhooks.PlaceAsync(Guid.NewGuid());
        await webhooks.PlaceAsync(Guid.NewGuid());
        partner.AnswersWith(410);
        var claims = await webhooks.TakeAsync(1);
        await webhooks.RecordAsync(await webhooks.SendAsync(Assert.Single(claims)));
        Assert.Equal(EndpointState.Ended, (await webhooks.FindAsync(endpoint)).State);
        await webhooks.PlaceAsync(Guid.NewGuid());
        await webhooks.DeliverAsync();
        Assert.Single(partner.Received);
        Assert.Equal(2, await webhooks.CountAsync("state = 'Failed'"));
    }

    [Fact]
    public async Task What_happens_while_it_is_paused_waits()
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync();
        var (endpoint, _) = await webhooks.RegisterAsync(partner.Url());
        await webhooks.PauseAsync(endpoint);
        await webhooks.PlaceAsync(Guid.NewGuid());
        await webhooks.DeliverAsync();
        Assert.Empty(partner.Received);
        await webhooks.ResumeAsync(endpoint);
        await webhooks.DeliverAsync();
        Assert.Single(partner.Received);
    }

    [Fact]
    public async Task A_redirection_is_a_failure_and_is_not_followed()
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync();
        await webhooks.RegisterAsync(partner.Url());
        await webhooks.PlaceAsync(Guid.NewGuid());
        partner.Answer = (_, context) =>
        {
            context.Response.Redirect(partner.Url("/inside"));
            return Task.CompletedTask;
        };
        await webhooks.RoundAsync();
        Assert.Equal("/hook", Assert.Single(partner.Received).Path);
        Assert.Equal(1, await webhooks.CountAsync("state = 'Waiting' and status = 302"));
    }

    [Fact]
    public async Task Of_a_long_answer_the_beginning_is_kept_and_no_more_is_read()
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync();
        await webhooks.RegisterAsync(partner.Url());
        await webhooks.PlaceAsync(Guid.NewGuid());
        partner.Answer = async (_, context) =>
        {
            var kilobyte = new string('x', 1_023) + "\0";
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.WriteAsync(kilobyte, context.RequestAborted);
        };
        await webhooks.RoundAsync();
        var kept = await webhooks.Service.QueryAsync("select answer from attempts", row => row.GetString(0));
        Assert.Equal(2_048, Assert.Single(kept).Length);
        Assert.Equal(1, await webhooks.CountAsync("state = 'Delivered'"));
    }

    [Fact]
    public async Task An_answer_that_does_not_come_in_time_is_none()
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync();
        await webhooks.RegisterAsync(partner.Url());
        await webhooks.PlaceAsync(Guid.NewGuid());
        partner.Answer = (_, context) => Task.Delay(Timeout.Infinite, context.RequestAborted)
            .ContinueWith(_ => { }, TaskScheduler.Default);
        var sent = webhooks.SendAsync(Assert.Single(await webhooks.TakeAsync()));
        await partner.GetsAsync(1);
        webhooks.Clock.Advance(new WebhookOptions().AnswerTimeout);
        var answer = await Eventually.AnswersAsync("the attempt ends", sent);
        Assert.Equal("There was no answer within 15 s.", answer.Fault);
    }

    [Fact]
    public async Task An_answer_that_begins_in_time_and_drips_on_is_none_and_its_connection_ends()
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync();
        await webhooks.RegisterAsync(partner.Url());
        await webhooks.PlaceAsync(Guid.NewGuid());
        var isLeft = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        partner.Answer = async (_, context) =>
        {
            context.RequestAborted.Register(() => isLeft.TrySetResult());
            await context.Response.WriteAsync("x", default);
            await context.Response.Body.FlushAsync(default);
            await isLeft.Task;
        };
        // The client's own span of a request ends with the headers of its answer.
        var isBegun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "System.Net.Http",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = request =>
            {
                if (request.GetTagItem("url.full") as string == partner.Url()) isBegun.TrySetResult();
            },
        };
        ActivitySource.AddActivityListener(listener);

        var sent = webhooks.SendAsync(Assert.Single(await webhooks.TakeAsync()));
        await isBegun.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.False(sent.IsCompleted);
        webhooks.Clock.Advance(new WebhookOptions().AnswerTimeout);
        var answer = await Eventually.AnswersAsync("the attempt ends", sent);
        Assert.Equal((null, "There was no answer within 15 s."), (answer.Status, answer.Fault));
        await isLeft.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(15, null)]
    [InlineData(17, "The answer was none (ConfigurationLimitExceeded).")]
    public async Task An_answer_with_more_headers_than_16_KiB_is_none(int kilobytes, string? fault)
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync();
        await webhooks.RegisterAsync(partner.Url());
        await webhooks.PlaceAsync(Guid.NewGuid());
        partner.Answer = (_, context) =>
        {
            for (var number = 0; number < kilobytes; number++)
                context.Response.Headers[$"x-{number}"] = new string('x', 1_018 - $"{number}".Length);
            return Task.CompletedTask;
        };
        var answer = await webhooks.SendAsync(Assert.Single(await webhooks.TakeAsync()));
        Assert.Equal(fault, answer.Fault);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_ended_long_ago_and_what_belonged_to_a_deleted_endpoint_goes(bool onPostgres)
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync(onPostgres);
        await webhooks.RegisterAsync(partner.Url(), ordered: true);
        await webhooks.PlaceAsync(Guid.NewGuid());
        await webhooks.DeliverAsync();
        await webhooks.PruneAsync();
        Assert.Equal(1, await webhooks.CountAsync("state = 'Delivered'"));
        webhooks.Clock.Advance(new WebhookOptions().KeptFor + TimeSpan.FromMinutes(1));
        await webhooks.PruneAsync();
        Assert.Equal(0, await webhooks.CountAsync("1 = 1"));
        Assert.Equal(0, await webhooks.Service.NumberAsync("select count(*) from attempts"));
        Assert.Equal(0, await webhooks.Service.NumberAsync("select count(*) from key_lines"));

        var (endpoint, _) = await webhooks.RegisterAsync(partner.Url());
        await webhooks.PlaceAsync(Guid.NewGuid());
        await webhooks.DeleteAsync(endpoint);
        Assert.Equal(1, await webhooks.RoundAsync()); // The first endpoint's.
        await webhooks.PruneAsync();
        Assert.Equal(1, await webhooks.Service.NumberAsync("select count(*) from endpoints"));
        Assert.Equal(1, await webhooks.CountAsync("1 = 1"));
    }
}
