using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Ops.Calling;
using Tessera.PageDefaults;
using Tessera.ServiceDefaults;
using Tessera.Stories;

namespace Tessera.Ops.Pages.Parked;

/// <summary>Replay with a changed body. What is hidden in the form is put back here, so that nobody needs to see it to
/// mend what stands beside it.</summary>
internal static class ChangeParked
{
    public static async Task<IResult> Ask(
        string service, Guid id, Operator me, ReadSystem system, CancellationToken stop)
    {
        if (!ReadSystem.IsKnown(service)) return Faults.NotFound();
        var found = await FindAsync(service, id, me, stop);
        if (!found.IsGood) return await ShowParked.SilentAsync(service, found, system, stop);
        if (found.Value is not { Items: [var message, ..] })
        {
            var change = await FindChangeAsync(service, id, me, stop);
            return change.IsGood ? SeeChange(service, change.Value!.ChangedTo)
                : change.IsAway ? await ShowParked.SilentAsync(service, change, system, stop)
                : Faults.NotFound();
        }
        // Its page says why there is no such form.
        if (!await system.TakesChangesAsync(service, stop))
            return SeeOther.To($"{OpsOptions.Root}/parked/{service}/messages/{id}");
        return Show(
            StatusCodes.Status200OK, service, id, message, message.Data is { } data ? MaskedBody.Of(data) : "", "",
            null, Guid.CreateVersion7());
    }

    public static async Task<IResult> Do(string service, Guid id, Operator me, CancellationToken stop)
    {
        var form = await me.Context.Request.ReadFormAsync(stop);
        var (body, reason) = (form["body"].ToString(), form["reason"].ToString().Trim());
        if (!Guid.TryParse(form["name"], out var name))
            throw new BadHttpRequestException("The form is none of the console's.");
        if (!ReadSystem.IsKnown(service)) return Faults.NotFound();
        var found = await FindAsync(service, id, me, stop);
        if (!found.IsGood) return Away(null, found.Why());
        var message = found.Value is { Items: [var first, ..] } ? first : null;
        var (data, fault) = Read(body, message?.Data);
        if (reason.Length == 0) fault ??= "say why; it is recorded.";
        if (fault is null)
        {
            // Also when it is not there any more: sent twice under one name, it is the same deed.
            var done = await me.SendAsync<ParkedChanged>(
                HttpMethod.Post, $"/services/{service}/messaging/parked/change",
                new ParkedChangeRequest(id, data!.Value, reason, name), stop);
            if (done.IsGood) return SeeChange(service, done.Value!.EventId);
            if (done.IsAway) return Away(message, done.Why());
            fault = done.Why();
        }
        if (message is null)
        {
            // What is hidden in the body is not known any more, or somebody else was there before.
            var change = await FindChangeAsync(service, id, me, stop);
            return change.IsGood ? SeeChange(service, change.Value!.ChangedTo)
                : change.IsAway ? Away(null, change.Why())
                : Faults.NotFound();
        }
        return Show(StatusCodes.Status422UnprocessableEntity, service, id, message, body, reason, fault, name);

        // What was typed stays.
        IResult Away(ParkedMessage? known, string why) => Show(
            StatusCodes.Status503ServiceUnavailable, service, id, known, body, reason, why, name);
    }

    /// <summary>What was changed, by the id of the old event or of the new one.</summary>
    public static async Task<IResult> Done(
        string service, Guid id, Operator me, ReadSystem system, CancellationToken stop)
    {
        if (!ReadSystem.IsKnown(service)) return Faults.NotFound();
        var found = await FindChangeAsync(service, id, me, stop);
        if (found.IsAway) return await ShowParked.SilentAsync(service, found, system, stop);
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

    private static Task<Answer<ParkedPage>> FindAsync(string service, Guid id, Operator me, CancellationToken stop) =>
        me.GetAnswerAsync<ParkedPage>($"/services/{service}/messaging/parked?eventId={id}", stop);

    private static Task<Answer<ParkedChangeView>> FindChangeAsync(
        string service, Guid id, Operator me, CancellationToken stop) =>
        me.GetAnswerAsync<ParkedChangeView>($"/services/{service}/messaging/parked/changes/{id}", stop);

    private static SeeOther SeeChange(string service, Guid id) =>
        SeeOther.To($"{OpsOptions.Root}/parked/{service}/changes/{id}");

    private static RazorComponentResult<ChangePage> Show(
        int status, string service, Guid id, ParkedMessage? message, string body, string reason, string? fault,
        Guid name) =>
        Page.Show<ChangePage>(
            status, (nameof(ChangePage.Service), service), (nameof(ChangePage.Id), id),
            (nameof(ChangePage.Message), message), (nameof(ChangePage.Body), body),
            (nameof(ChangePage.Reason), reason), (nameof(ChangePage.Fault), fault), (nameof(ChangePage.Name), name));
}
