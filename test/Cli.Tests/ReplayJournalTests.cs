using Tessera.Cli.Retail;
using Xunit;

namespace Tessera.Cli.Tests;

public sealed class ReplayJournalTests
{
    [Fact]
    public void Remembers_the_last_word_on_each_invoice()
    {
        using var folder = Some.Folder();
        var order = Guid.NewGuid();
        using (var journal = new ReplayJournal(folder.Path))
        {
            journal.Write(new JournalEntry("1", order));
            journal.Write(new JournalEntry("1", order, End: "Confirmed", Milliseconds: 12.5));
            journal.Write(new JournalEntry("2", Refused: "HTTP 422"));
        }
        using var again = new ReplayJournal(folder.Path);
        Assert.Equal(new JournalEntry("1", order, End: "Confirmed", Milliseconds: 12.5), again.Find("1"));
        Assert.True(again.Find("2")!.IsFinal);
        Assert.Null(again.Find("3"));
    }

    [Fact]
    public void Bears_a_last_line_that_was_cut_off_and_writes_on_behind_it()
    {
        using var folder = Some.Folder();
        var order = Guid.NewGuid();
        File.WriteAllText(
            folder.File("orders.jsonl"), $$"""{"invoice":"1","order":"{{order}}"}""" + "\n{\"invoice\":\"2\",\"ord");
        using (var journal = new ReplayJournal(folder.Path)) journal.Write(new JournalEntry("3", order));
        using var again = new ReplayJournal(folder.Path);
        Assert.Equal(["1", "3"], again.Entries.Select(entry => entry.Invoice).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Lets_only_one_replay_of_a_file_run()
    {
        using var folder = Some.Folder();
        using var journal = new ReplayJournal(folder.Path);
        var error = Assert.Throws<UserError>(() => new ReplayJournal(folder.Path));
        Assert.Contains("Another replay", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.5, 50)]
    [InlineData(0.99, 99)]
    [InlineData(1, 100)]
    public void Takes_percentiles_of_what_was_measured(double share, double expected) =>
        Assert.Equal(
            expected, ReplaySummary.Percentile([.. Enumerable.Range(1, 100).Select(each => (double)each)], share));

    [Fact]
    public void Has_no_percentile_of_nothing() => Assert.Null(ReplaySummary.Percentile([], 0.5));
}
