using Tessera.PageDefaults;
using Tessera.Stories;

namespace Tessera.Ops.Pages.Orders;

/// <summary>The order's story: the page that says why an order is where it is.</summary>
internal static class ShowStory
{
    public static async Task<IResult> Handle(
        Guid id, Operator me, CancellationToken stop, string? done = null, string? fault = null)
    {
        var sources = await StorySources.ReadAsync(me, id, stop);
        var story = TellStory.From(sources, me.Now);
        return story is null ? Faults.NotFound() : Page.Show<StoryPage>(
            StatusCodes.Status200OK, (nameof(StoryPage.Story), story), (nameof(StoryPage.Sources), sources),
            (nameof(StoryPage.Done), done), (nameof(StoryPage.Fault), fault));
    }
}
