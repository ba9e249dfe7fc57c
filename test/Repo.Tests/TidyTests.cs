using Xunit;

namespace Tessera.Repo.Tests;

public sealed class TidyTests
{
    [Fact]
    public void Source_files_are_tidy() =>
        Assert.Empty(Repository.Files(".cs").SelectMany(path => TidyRules.Violations(path, Repository.Read(path))));

    [Fact]
    public void Catches_what_is_left_unfinished() =>
        Assert.NotEmpty(TidyRules.Violations("A.cs", "// TO" + "DO: later"));

    [Fact]
    public void Catches_a_path_of_a_machine() =>
        Assert.NotEmpty(TidyRules.Violations("A.cs", "var x = \"/home/" + "someone/x\";"));

    [Fact]
    public void Catches_a_long_line_and_a_long_file()
    {
        Assert.NotEmpty(TidyRules.Violations("A.cs", new string('x', TidyRules.LineLengthMax + 1)));
        Assert.NotEmpty(TidyRules.Violations("A.cs", new string('\n', TidyRules.FileLinesMax + 1)));
    }

    [Fact]
    public void Accepts_long_lines_only_of_strings_that_cannot_be_broken()
    {
        var text = new string('x', TidyRules.LineLengthMax);
        Assert.Empty(TidyRules.Violations("A.cs", $"Run(\"\"\"\n    {text}\n    \"\"\");"));
        Assert.Empty(TidyRules.Violations("A.cs", $"    @\"{text}\")]"));
        Assert.NotEmpty(TidyRules.Violations("A.cs", $"Run(\"\"\"\n    {text}\n    \"\"\", {text});"));
        Assert.NotEmpty(TidyRules.Violations("A.cs", $"Run(\"\"\"text\"\"\");\n    {text}"));
    }
}
