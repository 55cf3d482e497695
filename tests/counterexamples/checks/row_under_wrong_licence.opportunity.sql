-- expect: ogl3
update opportunity set licence = 'ogl3' where licence = 'odbl';
