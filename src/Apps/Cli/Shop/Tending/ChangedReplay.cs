using System.Text.Json;

namespace Tessera.Cli.Shop;

/// <summary><c>parked replay --event ID --body FILE</c>: has one message handled with another body.</summary>
internal static class ChangedReplay
{
    private const int SizeBytesMax = 1024 * 1024;

    public static async Task<int> RunAsync(
        Store store, IReadOnlyList<string> services, ParkedFilter filter, string file, string? reason, bool json,
        CancellationToken stop)
    {
        if (filter.EventId is not { } id || (filter with { EventId = null, Service = null }).IsEmpty == false)
            throw new UserError("--body is for one message: name it by --event ID alone.", ExitCodes.Usage);
        if (string.IsNullOrWhiteSpace(reason))
            throw new UserError("Say why its body is changed: --reason WORDS.", ExitCodes.Usage);
        var body = Read(file);
        var service = await FindAsync(store, services, id, stop);
        var answer = await store.Client.PostAsync(
            $"/api/v1/services/{service}/messaging/parked/change",
            new { EventId = id, Data = body, Note = reason, Act = Guid.CreateVersion7() },
            await store.Scripts.TokenAsync(stop), stop);
        if (!answer.IsSuccess) throw new UserError($"{service} did not do it: {answer.Problem()}");
        var changed = answer.Read<Changed>().EventId;
        Console.WriteLine(json
            ? JsonSerializer.Serialize(new { service, eventId = changed, insteadOf = id })
            : $"{service}: {changed} is handled in the place of {id}; both bodies are recorded.");
        return ExitCodes.Ok;
    }

    private static JsonElement Read(string file)
    {
        try
        {
            if (new FileInfo(file).Length > SizeBytesMax)
                throw new UserError($"{file} has more than {SizeBytesMax} bytes: no message is as large.");
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return document.RootElement.Clone();
        }
        catch (JsonException wrong)
        {
            throw new UserError($"{file} is no JSON: {wrong.Message}");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"{file} cannot be read: {unreadable.Message}");
        }
    }

    private static async Task<string> FindAsync(
        Store store, IReadOnlyList<string> services, Guid id, CancellationToken stop)
    {
        foreach (var service in services)
        {
            var answer = await store.Client.GetAsync(
                $"/api/v1/services/{service}/messaging/parked?eventId={id}",
                await store.Scripts.TokenAsync(stop), stop);
            if (!answer.IsSuccess) throw new UserError($"{service} did not say what is parked: {answer.Problem()}");
            if (answer.Read<Page>().Items.Count > 0) return service;
        }
        throw new UserError($"No message {id} is parked, or not any more.");
    }

    private sealed record Page(IReadOnlyList<JsonElement> Items);

    private sealed record Changed(Guid EventId);
}
