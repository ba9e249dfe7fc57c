using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Ops.Calling;
using Tessera.PageDefaults;
using Tessera.Stories;

namespace Tessera.Ops.Pages.Parked;

/// <summary>Replay with a changed body. What is hidden in the form is put back here, so that nobody needs to see it to
/// mend what stands beside it.</summary>
internal static class ChangeParked
{
    public static async Task<IResult> Ask(
        string service, Guid id, Operator me, ReadSystem system, CancellationToken stop)
    {
        if (await FindAsync(service, id, me, stop) is not { } message) return Faults.NotFound();
        // Its page says why there is no such form.
        if (!await system.TakesChangesAsync(service, stop))
            return SeeOther.To($"{OpsOptions.Root}/parked/{service}/messages/{id}");
        return Show(
            service, message, message.Data is { } data ? MaskedBody.Of(data) : "", "", null, Guid.CreateVersion7());
    }

    public static async Task<IResult> Do(string service, Guid id, Operator me, CancellationToken stop)
    {
        var form = await me.Context.Request.ReadFormAsync(stop);
        var (body, reason) = (form["body"].ToString(), form["reason"].ToString().Trim());
        if (!Guid.TryParse(form["name"], out var name))
            throw new BadHttpRequestException("The form is none of the console's.");
        var message = await FindAsync(service, id, me, stop);
        var (data, fault) = Read(body, message?.Data);
        if (reason.Length == 0) fault ??= "say why; it is recorded.";
        if (fault is null)
        {
            var done = await me.SendAsync<ParkedChanged>(
                HttpMethod.Post, $"/services/{service}/messaging/parked/change",
                new ParkedChangeRequest(id, data!.Value, reason, name), stop);
            if (done.IsGood) return SeeOther.To($"{OpsOptions.Root}/parked/{service}/changes/{done.Value!.EventId}");
            fault = done.Why();
        }
        // What was typed stays.
        return message is null ? Faults.NotFound() : Show(service, message, body, reason, fault, name);
    }

    /// <summary>What was changed, by the id of the old event or of the new one.</summary>
    public static async Task<IResult> Done(string service, Guid id, Operator me, CancellationToken stop)
    {
        if (!ReadSystem.IsKnown(service)) return Faults.NotFound();
        var found = await me.GetAnswerAsync<ParkedChangeView>(
            $"/services/{service}/messaging/parked/changes/{id}", stop);
        return found.Value is { } change
            ? Page.Show<ChangedPage>(
                StatusCodes.Status200OK, (nameof(ChangedPage.Service), service), (nameof(ChangedPage.Change), change))
            : Faults.NotFound();
    }

    private static (JsonElement? Data, string? Fault) Read(string body, JsonElement? before)
    {
        try
        {
            var node = JsonNode.Parse(body, null, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (MaskedBody.Restore(node, before) is { } moved) return (null, moved);
            return (JsonSerializer.SerializeToElement(node), null);
        }
        catch (JsonException wrong)
        {
            return (null, $"the body is no JSON: {wrong.Message}");
        }
    }

    private static async Task<ParkedMessage?> FindAsync(string service, Guid id, Operator me, CancellationToken stop)
    {
        if (!ReadSystem.IsKnown(service)) return null;
        var page = await me.GetAnswerAsync<ParkedPage>(
            $"/services/{service}/messaging/parked?eventId={id}", stop);
        return page.Value is { Items: [var message, ..] } ? message : null;
    }

    private static RazorComponentResult<ChangePage> Show(
        string service, ParkedMessage message, string body, string reason, string? fault, Guid name) =>
        Page.Show<ChangePage>(
            fault is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity,
            (nameof(ChangePage.Service), service), (nameof(ChangePage.Message), message),
            (nameof(ChangePage.Body), body), (nameof(ChangePage.Reason), reason), (nameof(ChangePage.Fault), fault),
            (nameof(ChangePage.Name), name));
}
