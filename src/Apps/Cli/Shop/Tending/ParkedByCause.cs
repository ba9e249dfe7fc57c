using System.Text.Json;

namespace Tessera.Cli.Shop;

/// <summary>What went wrong, and how often: a thousand messages have mostly one cause.</summary>
internal static class ParkedByCause
{
    public static async Task<int> ShowAsync(
        Store store, IReadOnlyList<string> services, bool json, CancellationToken stop)
    {
        var found = new Dictionary<string, Groups>();
        foreach (var service in services)
        {
            var answer = await store.Client.GetAsync(
                $"/api/v1/services/{service}/messaging/parked/causes", await store.Scripts.TokenAsync(stop), stop);
            if (!answer.IsSuccess) throw new UserError($"{service} did not say what is parked: {answer.Problem()}");
            found[service] = answer.Read<Groups>();
        }
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(found, JsonSerializerOptions.Web));
            return ExitCodes.Ok;
        }
        foreach (var (service, groups) in found)
        {
            foreach (var group in groups.Causes)
            {
                Console.WriteLine($"{service}  {group.Messages} of {group.Type} in {group.Keys} keys, "
                    + $"{group.Followers} behind them, first {group.First:u}, last {group.Last:u}");
                Console.WriteLine($"    {group.Cause.ReplaceLineEndings(" ")}");
            }
            if (!groups.IsWhole) Console.WriteLine($"{service} has more: these are the groups of the first ones.");
        }
        if (found.Values.All(groups => groups.Causes.Count == 0)) Console.WriteLine("Nothing is parked.");
        return ExitCodes.Ok;
    }

    private sealed record Groups(IReadOnlyList<Group> Causes, bool IsWhole);

    private sealed record Group(
        string Stream, string Type, string Cause, int Messages, int Keys, int Followers, DateTimeOffset First,
        DateTimeOffset Last);
}
