using System.Net;
using Tessera.Ops.Calling;
using Tessera.PageDefaults;
using Tessera.Stories;

namespace Tessera.Ops.Pages.Parked;

/// <summary>What could not be handled: by cause, as a list, one message, and what was done about it.</summary>
internal static class ShowParked
{
    private const int Size = 50;

    public static async Task<IResult> Causes(ReadSystem system, CancellationToken stop) =>
        Page.Show<CausesPage>(
            StatusCodes.Status200OK, (nameof(CausesPage.Told), await system.CausesAsync(stop)));

    public static async Task<IResult> Acts(ReadSystem system, CancellationToken stop) =>
        Page.Show<ActsPage>(StatusCodes.Status200OK, (nameof(ActsPage.Told), await system.ActsAsync(stop)));

    public static async Task<IResult> List(
        string service, [AsParameters] ParkedFilter filter, Operator me, ReadSystem system, CancellationToken stop,
        string? after = null, string? done = null, int count = 0)
    {
        if (!ReadSystem.IsKnown(service)) return Faults.NotFound();
        filter = filter.Trimmed;
        if (filter.Fault is { } wrong)
        {
            return Page.Show<ParkedListPage>(
                StatusCodes.Status400BadRequest, (nameof(ParkedListPage.Service), service),
                (nameof(ParkedListPage.Filter), filter), (nameof(ParkedListPage.Fault), wrong));
        }
        var page = await me.GetAnswerAsync<ParkedPage>(
            $"/services/{service}/messaging/parked?limit={Size}{filter.Query("&")}"
                + (after is null ? "" : $"&after={Uri.EscapeDataString(after)}"), stop);
        if (!page.IsGood && await system.IsNotStartedAsync(service, stop)) return NotStarted(service);
        return Page.Show<ParkedListPage>(
            page.IsAway ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK,
            (nameof(ParkedListPage.Service), service), (nameof(ParkedListPage.Filter), filter),
            (nameof(ParkedListPage.Found), page.Value), (nameof(ParkedListPage.Fault), page.IsGood ? null : page.Why()),
            (nameof(ParkedListPage.Done), done), (nameof(ParkedListPage.Count), count));
    }

    /// <summary>The service has told nothing of what it was asked for.</summary>
    public static async Task<IResult> SilentAsync<T>(
        string service, Answer<T> answer, ReadSystem system, CancellationToken stop)
        where T : class =>
        await system.IsNotStartedAsync(service, stop) ? NotStarted(service) : Page.Show<FaultPage>(
            StatusCodes.Status503ServiceUnavailable, (nameof(FaultPage.Title), $"{service} does not tell"),
            (nameof(FaultPage.Words), answer.Why()));

    /// <summary>Nothing is wrong: the store is whole without it.</summary>
    public static IResult NotStarted(string service) => Page.Show<NotStartedPage>(
        StatusCodes.Status200OK, (nameof(NotStartedPage.Service), service));

    public static async Task<IResult> One(
        string service, Guid id, Operator me, ReadSystem system, CancellationToken stop)
    {
        if (!ReadSystem.IsKnown(service)) return Faults.NotFound();
        var path = $"/services/{service}/messaging/parked?eventId={id}";
        var page = await me.GetAnswerAsync<ParkedPage>(path, stop);
        if (page.IsAway || page.Status is not HttpStatusCode.OK)
            return await SilentAsync(service, page, system, stop);
        if (page.Value is not { Items: [var message, ..] }) return Faults.NotFound();
        var key = await me.GetAnswerAsync<ParkedPage>(
            $"/services/{service}/messaging/parked?stream={Uri.EscapeDataString(message.Stream)}"
                + $"&key={Uri.EscapeDataString(message.Key)}&limit=200", stop);
        return Page.Show<ParkedMessagePage>(
            StatusCodes.Status200OK, (nameof(ParkedMessagePage.Service), service),
            (nameof(ParkedMessagePage.Message), message),
            (nameof(ParkedMessagePage.OfKey), key.Value?.Items ?? [message]),
            (nameof(ParkedMessagePage.TakesChanges), await system.TakesChangesAsync(service, stop)));
    }
}
